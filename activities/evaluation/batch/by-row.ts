import type { Scratch, Spool } from '../../data/scratch.ts';

const BLOCK_BYTES = 1024 * 1024;
const NOTHING = -1;

/** JSON values that come in any order and are read row by row: on the disk, but for where each of them is. */
export class ByRow<T> {
  readonly #spool: Spool;
  readonly #starts: Float64Array;
  readonly #lengths: Uint32Array;

  constructor(scratch: Scratch, rows: number) {
    this.#spool = scratch.spool(BLOCK_BYTES);
    this.#starts = new Float64Array(rows).fill(NOTHING);
    this.#lengths = new Uint32Array(rows);
  }

  /** @param row from 1; others than there are rows are passed over */
  set(row: number, value: T): void {
    if (!(row >= 1 && row <= this.#starts.length)) return;
    const bytes = Buffer.from(JSON.stringify(value));
    this.#starts[row - 1] = this.#spool.bytes;
    this.#lengths[row - 1] = bytes.length;
    this.#spool.write(bytes);
  }

  async get(row: number): Promise<T | undefined> {
    const start = this.#starts[row - 1] ?? NOTHING;
    if (start === NOTHING) return undefined;
    const bytes = Buffer.allocUnsafe(this.#lengths[row - 1] ?? 0);
    await this.#spool.read(bytes, start);
    return JSON.parse(bytes.toString('utf8')) as T;
  }
}
