/** Room for more bytes than there is memory for. */
import { randomUUID } from 'node:crypto';
import { type FileHandle, open, unlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { failure } from '../errors.ts';

/** So much stays in memory before anything is written: small data never meets the disk. */
const MEMORY_BYTES = 16 * 1024 * 1024;
const FIRST_BYTES = 4 * 1024;

/** A piece of a spool that is full: in memory, or in the file. */
interface Block {
  bytes: Buffer | undefined;
  offset: number;
}

/**
 * A temporary file, and as many spools in it as one likes. The file has no name while it is used: the system takes it away
 * with the process, however that ends.
 */
export class Scratch {
  readonly #memoryBytes: number;
  #waiting: { readonly block: Block; readonly bytes: Buffer }[] = [];
  #waitingBytes = 0;
  /** Written out, to be filled again: buffers of the same sizes are needed all the time. */
  #spare: Buffer[] = [];
  #file: FileHandle | undefined;
  #end = 0;

  constructor(memoryBytes = MEMORY_BYTES) {
    this.#memoryBytes = memoryBytes;
  }

  /** @param blockBytes what of it is held in memory, at least; a block is written at once */
  spool(blockBytes: number): Spool {
    return new Spool(this, blockBytes);
  }

  /** Writes out what is too much for the memory. To be called now and then by whoever fills spools. */
  async settle(): Promise<void> {
    if (this.#waitingBytes <= this.#memoryBytes) return;
    const waiting = this.#waiting;
    [this.#waiting, this.#waitingBytes] = [[], 0];
    for (const { block, bytes } of waiting) {
      await this.#append(bytes, block);
      this.#spare.push(bytes);
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    [this.#waiting, this.#spare, this.#file] = [[], [], undefined];
  }

  /** For spools. */
  keep(bytes: Buffer): Block {
    const block = { bytes, offset: 0 };
    this.#waiting.push({ block, bytes });
    this.#waitingBytes += bytes.length;
    return block;
  }

  /** For spools. */
  buffer(bytes: number): Buffer {
    const spare = this.#spare.findLastIndex(({ length }) => length === bytes);
    return (spare === -1 ? undefined : this.#spare.splice(spare, 1)[0]) ?? Buffer.allocUnsafe(bytes);
  }

  /** For spools. */
  async fetch({ bytes, offset }: Block, into: Buffer, start: number): Promise<void> {
    if (bytes) bytes.copy(into, 0, start, start + into.length);
    else await this.#file?.read(into, 0, into.length, offset + start);
  }

  async #append(bytes: Buffer, block: Block): Promise<void> {
    try {
      this.#file ??= await openNameless();
      await this.#file.write(bytes, 0, bytes.length, this.#end);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      throw failure(
        'Unavailable',
        `no space left in ${tmpdir()}: splitting needs room for about twice the data there; free some, or set TMPDIR`,
        error,
      );
    }
    block.bytes = undefined;
    block.offset = this.#end;
    this.#end += bytes.length;
  }
}

async function openNameless(): Promise<FileHandle> {
  const path = join(tmpdir(), `temper-${randomUUID()}`);
  const file = await open(path, 'wx+', 0o600);
  await unlink(path);
  return file;
}

/** Bytes that are written one after the other and then read in any order. */
export class Spool {
  readonly #scratch: Scratch;
  readonly #blockBytes: number;
  readonly #blocks: Block[] = [];
  #tail: Buffer | undefined;
  #used = 0;

  constructor(scratch: Scratch, blockBytes: number) {
    this.#scratch = scratch;
    this.#blockBytes = blockBytes;
  }

  get bytes(): number {
    return this.#blocks.length * this.#blockBytes + this.#used;
  }

  /** Copies the bytes. */
  write(bytes: Uint8Array): void {
    for (let start = 0; start < bytes.length; ) {
      const count = Math.min(bytes.length - start, this.#blockBytes - this.#used);
      this.#roomFor(count).set(bytes.subarray(start, start + count), this.#used);
      this.#used += count;
      start += count;
      if (this.#used < this.#blockBytes) continue;
      this.#blocks.push(this.#scratch.keep(this.#tail as Buffer));
      [this.#tail, this.#used] = [undefined, 0];
    }
  }

  /** Fills the buffer from a position on. */
  async read(into: Buffer, position: number): Promise<void> {
    for (let done = 0; done < into.length; ) {
      const index = Math.floor((position + done) / this.#blockBytes);
      const start = position + done - index * this.#blockBytes;
      const part = into.subarray(done, done + this.#blockBytes - start);
      const block = this.#blocks[index];
      if (block) await this.#scratch.fetch(block, part, start);
      else this.#tail?.copy(part, 0, start, start + part.length);
      done += part.length;
    }
  }

  /** The tail, large enough for so many bytes more. */
  #roomFor(count: number): Buffer {
    const needed = this.#used + count;
    const tail = this.#tail;
    if (tail && tail.length >= needed) return tail;
    let length = tail?.length ?? Math.min(FIRST_BYTES, this.#blockBytes);
    while (length < needed) length *= 2;
    const larger = length >= this.#blockBytes ? this.#scratch.buffer(this.#blockBytes) : Buffer.allocUnsafe(length);
    tail?.copy(larger, 0, 0, this.#used);
    this.#tail = larger;
    return larger;
  }
}
