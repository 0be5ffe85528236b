/** Counts blocks on several cores, and gives what they add up to in their order. */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { TrainingTarget } from '../../../spec/bedrock/training-data.ts';
import type { Shape } from '../../../spec/data/formats.ts';
import type { Allocate, Block } from '../json-lines.ts';
import { type Purpose, Tallier, type Tally } from './tally.ts';

/** A thread takes some 40 ms to start, in which as many bytes are read without it. */
const BYTES_WORTH_THREADS = 16_000_000;
/** More would wait for the one that reads and hashes. */
const MAX_THREADS = 4;
/** Of each thread: one that it works on, and one that waits. */
const BLOCKS_UNDER_WAY = 2;

const WORKER = fileURLToPath(new URL('./tally-worker.js', import.meta.url));

/** What a thread is started with. */
export interface Counting {
  readonly shape: Shape;
  readonly targets: readonly TrainingTarget[];
}

export class TallyPool {
  readonly #tallier: Tallier;
  readonly #threads: readonly CountingThread[];
  /** Of blocks that are done with. */
  readonly #free: SharedArrayBuffer[] = [];
  #next = 0;

  /** @param bytes about how many there will be */
  constructor(shape: Shape, targets: readonly TrainingTarget[], bytes: number) {
    this.#tallier = new Tallier(shape, targets);
    // Run from its sources, as tests do, there is no file that a thread could start from: all is then done here.
    const isWorthIt = bytes >= BYTES_WORTH_THREADS && existsSync(WORKER);
    const threads = isWorthIt ? Math.min(availableParallelism(), MAX_THREADS) : 0;
    this.#threads = Array.from({ length: threads }, () => new CountingThread({ shape, targets }));
  }

  /**
   * Memory for a block, the same again and again, and seen by all threads: every buffer that is new to a thread, be it
   * handed over, would bring its next collection of garbage nearer.
   */
  readonly allocate: Allocate = (bytes) => {
    const index = this.#free.findIndex(({ byteLength }) => byteLength >= bytes);
    const [memory = new SharedArrayBuffer(bytes)] = index === -1 ? [] : this.#free.splice(index, 1);
    return Buffer.from(memory);
  };

  #release({ bytes: { buffer } }: Block): void {
    if (buffer instanceof SharedArrayBuffer) this.#free.push(buffer);
  }

  get tallier(): Tallier {
    return this.#tallier;
  }

  /** The tallies of a stream of blocks, in its order. */
  async *tallies(blocks: AsyncIterable<Block>, purpose: Purpose): AsyncGenerator<Tally> {
    const underWay: Promise<Tally>[] = [];
    let failure: unknown;
    try {
      for await (const block of blocks) {
        underWay.push(this.#count(block, purpose));
        if (underWay.length > this.#threads.length * BLOCKS_UNDER_WAY) yield (await underWay.shift()) as Tally;
      }
    } catch (error) {
      failure = error;
    }
    // What was read before reading failed counts.
    for (const tally of underWay) yield await tally;
    if (failure !== undefined) throw failure;
  }

  #count(block: Block, purpose: Purpose): Promise<Tally> {
    const thread = this.#threads[this.#next % this.#threads.length];
    this.#next += 1;
    if (thread === undefined) {
      const here = this.#tallier.ofBlock(block, purpose);
      this.#release(block);
      return Promise.resolve(here);
    }
    const tally = thread.count(block, purpose).finally(() => this.#release(block));
    // Whoever waits for the earlier ones has not come to this one yet.
    tally.catch(() => {});
    return tally;
  }

  async end(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.end()));
  }
}

/** A thread that answers in the order in which it is asked. */
class CountingThread {
  readonly #worker: Worker;
  readonly #asked: { resolve: (tally: Tally) => void; reject: (error: Error) => void }[] = [];
  #failure: Error | undefined;

  constructor(counting: Counting) {
    this.#worker = new Worker(WORKER, { workerData: counting });
    this.#worker.on('message', (tally: Tally) => this.#asked.shift()?.resolve(tally));
    this.#worker.on('error', (error) => {
      this.#failure = error;
      for (const { reject } of this.#asked.splice(0)) reject(error);
    });
  }

  count({ bytes, ...block }: Block, purpose: Purpose): Promise<Tally> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#asked.push({ resolve, reject });
      this.#worker.postMessage({ bytes, block, purpose });
    });
  }

  end(): Promise<number> {
    return this.#worker.terminate();
  }
}
