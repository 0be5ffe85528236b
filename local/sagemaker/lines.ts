import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Longer lines are cut into several: CloudWatch Logs takes no more, and memory stays bounded. */
const MAX_LINE = 64 * 1024;

/**
 * Calls `onLine` for each line as it arrives, and waits for it, so that a slow reader slows the writer down. Never
 * rejects for what happens to the stream.
 */
export async function eachLine(readable: Readable, onLine: (line: string) => void | Promise<void>): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  try {
    for await (const chunk of readable) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) await onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
      for (; rest.length > MAX_LINE; rest = rest.slice(MAX_LINE)) await onLine(rest.slice(0, MAX_LINE));
    }
  } catch {
    // The pipe of a process that was killed may break off in the middle; what came before it counts.
  }
  rest += decoder.end();
  if (rest !== '') await onLine(rest);
}

/** The last lines of an output. */
export class Tail {
  readonly #lines: string[] = [];

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length > 200) this.#lines.splice(0, 100);
  }

  /** The last Python traceback, or else the last line that is not empty, with at most `limit` characters of its end. */
  error(limit: number): string {
    const start = this.#lines.findLastIndex((line) => line.startsWith('Traceback (most recent call last)'));
    const last = this.#lines.findLast((line) => line.trim() !== '') ?? '';
    const text = start === -1 ? last : this.#lines.slice(start).join('\n').trimEnd();
    return text.length > limit ? `...${text.slice(3 - limit)}` : text;
  }

  /** The last lines, at most `limit` characters of them. */
  end(limit: number): string {
    return this.#lines.join('\n').trim().slice(-limit);
  }

  /** The line that says what went wrong, such as `ValueError: no such column`. */
  lastLine(): string {
    return this.#lines.findLast((line) => /^[\w.]+(Error|Exception|Exit|Interrupt)\b/.test(line)) ?? this.error(300);
  }
}
