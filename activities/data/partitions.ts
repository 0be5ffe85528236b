import type { Scratch, Spool } from './scratch.ts';

const PARTITIONS = 256;
/** All partitions together hold 16 MiB at most in memory, and write pieces that a disk likes. */
const BLOCK_BYTES = 64 * 1024;
const LENGTH_BYTES = 4;

/**
 * Records of any number, to be read in the order of their bytes: by the first byte of each they fall into partitions that
 * can be sorted in memory. Records are to begin with a hash, which spreads them evenly.
 */
export class Partitions {
  readonly #spools: readonly Spool[];
  readonly #length = Buffer.alloc(LENGTH_BYTES);

  /** @param count a power of two, 256 at most */
  constructor(scratch: Scratch, count = PARTITIONS) {
    this.#spools = Array.from({ length: count }, () => scratch.spool(BLOCK_BYTES));
  }

  add(record: Buffer): void {
    const spool = this.#spools[((record[0] ?? 0) * this.#spools.length) >> 8];
    this.#length.writeUInt32LE(record.length);
    spool?.write(this.#length);
    spool?.write(record);
  }

  /**
   * The records of each partition in turn, sorted; together they are all records in the order of their bytes. They share
   * one buffer: they are gone when the next partition comes.
   */
  async *sorted(): AsyncGenerator<readonly Buffer[]> {
    const buffer = Buffer.allocUnsafeSlow(Math.max(...this.#spools.map((spool) => spool.bytes)));
    for (const spool of this.#spools) {
      const bytes = buffer.subarray(0, spool.bytes);
      await spool.read(bytes, 0);
      yield sortedRecords(bytes);
    }
  }
}

function sortedRecords(bytes: Buffer): Buffer[] {
  // Most records differ in their first bytes, and numbers are compared faster.
  const records: { readonly start: number; readonly record: Buffer }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    at += LENGTH_BYTES;
    records.push({ start: bytes.readUIntBE(at, 6), record: bytes.subarray(at, at + length) });
    at += length;
  }
  records.sort((a, b) => a.start - b.start || a.record.compare(b.record));
  return records.map(({ record }) => record);
}
