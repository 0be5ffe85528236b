/** Answers in S3, saved in parts as they come, so that what was answered once is not asked and paid again. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { calling } from '../../errors.ts';
import { keysUnder, objectLines } from '../../s3-lines.ts';
import { parseS3Uri } from '../../s3-uri.ts';

const SAVE_EVERY_MS = 1_000;
const DIGITS = 9;

interface Part {
  readonly key: string;
  /** Rows, counted from 1. */
  readonly first: number;
  readonly last: number;
}

/** What is saved of a row. */
export interface Saved {
  /** From 1. */
  readonly row: number;
}

/**
 * Parts under a prefix, each named after its first and last row. Two attempts of one activity may both write for a while,
 * where the first is not dead but out of touch: their parts overlap, and each row is read once.
 */
export class Parts<T extends Saved> {
  readonly #s3: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;

  /** @param uri `s3://` prefix, with a slash at its end */
  constructor(s3: S3Client, uri: string) {
    const { bucket, key } = parseS3Uri(uri);
    this.#s3 = s3;
    this.#bucket = bucket;
    this.#prefix = key;
  }

  /** How many rows are saved, from the first on without a gap. */
  async rows(): Promise<number> {
    const parts = await this.#parts();
    return parts.at(-1)?.last ?? 0;
  }

  /** What is saved, row by row, as far as there is no gap. */
  async *read(): AsyncGenerator<T> {
    let rows = 0;
    for (const { key } of await this.#parts()) {
      for await (const line of objectLines(this.#s3, `s3://${this.#bucket}/${key}`)) {
        const saved = JSON.parse(line) as T;
        if (saved.row !== rows + 1) continue;
        rows += 1;
        yield saved;
      }
    }
  }

  /** Saves rows that come one after the other, about each second. */
  writer(): PartWriter<T> {
    return new PartWriter(async (rows) => {
      const [first, last] = [rows[0]?.row ?? 0, rows.at(-1)?.row ?? 0];
      const name = [first, last].map((row) => String(row).padStart(DIGITS, '0')).join('-');
      const Key = `${this.#prefix}${name}.jsonl`;
      const Body = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
      await calling(`write s3://${this.#bucket}/${Key}`, () =>
        this.#s3.send(new PutObjectCommand({ Bucket: this.#bucket, Key, Body, ContentType: 'application/jsonlines' })),
      );
    });
  }

  /** Those that go on where the ones before them end. */
  async #parts(): Promise<Part[]> {
    const keys = await keysUnder(this.#s3, this.#bucket, this.#prefix);
    const parts: Part[] = [];
    let rows = 0;
    for (const key of keys.sort()) {
      const [, first, last] = /(\d+)-(\d+)\.jsonl$/.exec(key) ?? [];
      const part = { key, first: Number(first), last: Number(last) };
      if (!(part.first <= rows + 1 && part.last > rows)) continue;
      parts.push(part);
      rows = part.last;
    }
    return parts;
  }
}

export class PartWriter<T> {
  readonly #save: (rows: readonly T[]) => Promise<void>;
  #pending: T[] = [];
  #timer: NodeJS.Timeout | undefined;
  #saved: Promise<void> = Promise.resolve();
  #failed: { readonly error: unknown } | undefined;

  constructor(save: (rows: readonly T[]) => Promise<void>) {
    this.#save = save;
  }

  /** Throws what a part before could not be saved for. */
  add(row: T): void {
    if (this.#failed) throw this.#failed.error;
    this.#pending.push(row);
    this.#timer ??= setTimeout(() => this.#flush(), SAVE_EVERY_MS);
  }

  /** Saves what is left. */
  async close(): Promise<void> {
    this.#flush();
    await this.#saved;
    if (this.#failed) throw this.#failed.error;
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const rows = this.#pending;
    this.#pending = [];
    if (rows.length === 0) return;
    // One after the other: a part without the one before it would be a gap.
    this.#saved = this.#saved.then(async () => {
      if (this.#failed) return;
      try {
        await this.#save(rows);
      } catch (error) {
        this.#failed = { error };
      }
    });
  }
}
