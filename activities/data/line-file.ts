import { createHash } from 'node:crypto';
import type { Content } from './content.ts';
import type { Scratch, Spool } from './scratch.ts';

const BLOCK_BYTES = 1024 * 1024;

/** JSON Lines that are written one by one, and can then be uploaded. */
export class LineFile {
  rows = 0;
  readonly #spool: Spool;
  readonly #hash = createHash('sha256');
  #sha256: string | undefined;

  constructor(scratch: Scratch) {
    this.#spool = scratch.spool(BLOCK_BYTES);
  }

  add(line: Uint8Array): void {
    this.#spool.write(line);
    this.#hash.update(line);
    this.rows += 1;
  }

  /** Nothing may be added after this. */
  get content(): Content {
    this.#sha256 ??= this.#hash.digest('hex');
    return {
      sha256: this.#sha256,
      bytes: this.#spool.bytes,
      type: 'application/jsonlines',
      read: (into, position) => this.#spool.read(into, position),
    };
  }
}
