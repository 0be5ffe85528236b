/** Finds rows of the same question among any number of them, in bounded memory. */
import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ANSWER, FIELDS_OF_ROW, HIGH, LINE, LOW } from './tally.ts';

/** A row that repeats one before it. */
export interface Repeat {
  /** As it was given to `add`. */
  readonly file: number;
  readonly line: number;
  readonly isSameAnswer: boolean;
  /** The first row of the question. */
  readonly firstFile: number;
  readonly firstLine: number;
}

/** Rows of one question fall into one part, so that each part is looked at by itself. */
const PARTS = 64;
const FILE = 4;
const WORDS = 5;
/** 2.4 million rows; what is more goes to the disk. */
const MAX_WORDS = 12_000_000;
const FIRST_WORDS = 1024;

class Part {
  words = new Uint32Array(FIRST_WORDS);
  length = 0;
  /** On the disk. */
  written = 0;

  add(rows: Uint32Array, at: number, firstLine: number, file: number): void {
    if (this.length + WORDS > this.words.length) {
      const words = new Uint32Array(this.words.length * 2);
      words.set(this.words);
      this.words = words;
    }
    const [words, to] = [this.words, this.length];
    words[to + HIGH] = rows[at + HIGH] as number;
    words[to + LOW] = rows[at + LOW] as number;
    words[to + ANSWER] = rows[at + ANSWER] as number;
    words[to + LINE] = firstLine + (rows[at + LINE] as number);
    words[to + FILE] = file;
    this.length += WORDS;
  }
}

export class Repeats {
  readonly #parts = Array.from({ length: PARTS }, () => new Part());
  #words = 0;
  #disk: { readonly directory: string; readonly files: readonly FileHandle[] } | undefined;

  /** @param rows as a tally has them, of one file, whose lines count from `firstLine` */
  async add(rows: Uint32Array, firstLine: number, file: number): Promise<void> {
    for (let at = 0; at < rows.length; at += FIELDS_OF_ROW) {
      this.#parts[(rows[at + HIGH] as number) % PARTS]?.add(rows, at, firstLine, file);
    }
    this.#words += (rows.length / FIELDS_OF_ROW) * WORDS;
    if (this.#words > MAX_WORDS) await this.#spill();
  }

  async #spill(): Promise<void> {
    this.#disk ??= await temporaryFiles();
    for (const [i, part] of this.#parts.entries()) {
      const bytes = new Uint8Array(part.words.buffer, 0, part.length * part.words.BYTES_PER_ELEMENT);
      await this.#disk.files[i]?.write(bytes, 0, bytes.length, part.written);
      part.written += bytes.length;
      part.length = 0;
    }
    this.#words = 0;
  }

  /** Tells of every row whose question stood before, those of a question in their order. */
  async tellAll(visit: (repeat: Repeat) => void): Promise<void> {
    for (const [i, part] of this.#parts.entries()) {
      const words = new Uint32Array(part.written / 4 + part.length);
      const bytes = new Uint8Array(words.buffer, 0, part.written);
      if (part.written > 0) await this.#disk?.files[i]?.read(bytes, 0, bytes.length, 0);
      words.set(part.words.subarray(0, part.length), part.written / 4);
      part.words = new Uint32Array(0);
      findIn(words, visit);
    }
  }

  /** Removes what lies on the disk. */
  async close(): Promise<void> {
    if (this.#disk === undefined) return;
    await Promise.all(this.#disk.files.map((file) => file.close()));
    await rm(this.#disk.directory, { recursive: true, force: true });
  }
}

async function temporaryFiles() {
  const directory = await mkdtemp(join(tmpdir(), 'temper-check-'));
  const files = Array.from({ length: PARTS }, (_, i) => open(join(directory, String(i)), 'w+'));
  return { directory, files: await Promise.all(files) };
}

/** By a table of the first row of each question, with open addresses. */
function findIn(words: Uint32Array, visit: (repeat: Repeat) => void): void {
  const rows = words.length / WORDS;
  const size = 2 ** Math.ceil(Math.log2(Math.max(2, rows * 2)));
  /** Index of a row plus one; 0 where there is none. */
  const table = new Uint32Array(size);
  const at = (row: number, field: number): number => words[row * WORDS + field] as number;
  for (let row = 0; row < rows; row += 1) {
    let slot = at(row, LOW) & (size - 1);
    for (;;) {
      const first = (table[slot] as number) - 1;
      if (first === -1) {
        table[slot] = row + 1;
        break;
      }
      if (at(first, HIGH) === at(row, HIGH) && at(first, LOW) === at(row, LOW)) {
        visit({
          file: at(row, FILE),
          line: at(row, LINE),
          isSameAnswer: at(row, ANSWER) === at(first, ANSWER),
          firstFile: at(first, FILE),
          firstLine: at(first, LINE),
        });
        break;
      }
      slot = (slot + 1) & (size - 1);
    }
  }
}
