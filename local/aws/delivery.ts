import { Readable } from 'node:stream';
import type { ObjectStore, S3Object } from './s3.ts';

export interface DeliveryOptions {
  readonly s3: ObjectStore;
  /** Where a file goes whose first line is of this moment; called once for each file. */
  readonly file: (since: Date) => S3Object;
  /** What a file holds of its lines; they themselves where not given. */
  readonly encode?: (text: string) => Buffer;
  /** Told of lines that S3 has not taken, or that there was no room for. */
  readonly onLost: (lines: number, why: string) => void;
}

/** AWS takes minutes; whoever tries it on a laptop looks sooner. */
const DELIVER_AFTER_MS = 1_000;
const MAX_FILE_CHARACTERS = 4_000_000;
/** What may wait in memory while S3 takes nothing. */
const MAX_WAITING_CHARACTERS = 4 * MAX_FILE_CHARACTERS;

/** Lines on their way to S3, some at a time in a file of their own, as services deliver what they keep of requests. */
export class Delivery {
  readonly #options: DeliveryOptions;
  #lines: string[] = [];
  #characters = 0;
  #since = new Date();
  #timer: NodeJS.Timeout | undefined;
  #delivering: Promise<void> | undefined;

  constructor(options: DeliveryOptions) {
    this.#options = options;
  }

  /** Takes a line without its end. Never fails, and holds nobody up. */
  add(line: string): void {
    if (this.#characters + line.length > MAX_WAITING_CHARACTERS) {
      this.#options.onLost(1, 'too much waits for S3 already');
      return;
    }
    if (this.#lines.length === 0) this.#since = new Date();
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters > MAX_FILE_CHARACTERS) void this.#deliver();
    else this.#timer ??= setTimeout(() => void this.#deliver(), DELIVER_AFTER_MS);
  }

  /** Delivers what is left. */
  async close(): Promise<void> {
    while (this.#lines.length > 0 || this.#delivering) await this.#deliver();
  }

  #deliver(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#delivering ??= this.#put().finally(() => {
      this.#delivering = undefined;
      if (this.#lines.length > 0) this.#timer ??= setTimeout(() => void this.#deliver(), DELIVER_AFTER_MS);
    });
    return this.#delivering;
  }

  async #put(): Promise<void> {
    const { s3, file, encode = Buffer.from, onLost } = this.#options;
    const lines = this.#lines.splice(0);
    this.#characters = 0;
    if (lines.length === 0) return;
    try {
      const body = encode(`${lines.join('\n')}\n`);
      await s3.put(file(this.#since), () => Readable.from([body], { objectMode: false }));
    } catch (error) {
      onLost(lines.length, error instanceof Error ? error.message : String(error));
    }
  }
}
