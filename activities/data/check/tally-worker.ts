/** A thread that counts the blocks it is given. */
import { parentPort, workerData } from 'node:worker_threads';
import type { Block } from '../json-lines.ts';
import { type Purpose, Tallier } from './tally.ts';
import type { Counting } from './tally-pool.ts';

/** What is asked of it. A buffer arrives as plain bytes. */
interface Request {
  readonly bytes: Uint8Array;
  readonly block: Omit<Block, 'bytes'>;
  readonly purpose: Purpose;
}

const { shape, targets } = workerData as Counting;
const tallier = new Tallier(shape, targets);

parentPort?.on('message', ({ bytes, block, purpose }: Request) => {
  const whole = { ...block, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length) };
  const tally = tallier.ofBlock(whole, purpose);
  parentPort?.postMessage(tally, [tally.rows.buffer]);
});
