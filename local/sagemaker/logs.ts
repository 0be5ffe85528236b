import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  type InputLogEvent,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { MAX_ATTEMPTS } from '../aws/s3.ts';

const FLUSH_MS = 300;
/** Limits of PutLogEvents; each event counts 26 bytes on top of its text. */
const MAX_EVENTS = 10_000;
const MAX_BATCH_BYTES = 1_000_000;
const EVENT_OVERHEAD = 26;
/** What may wait in memory before a writer has to. */
const MAX_WAITING_BYTES = 4 * MAX_BATCH_BYTES;

/** CloudWatch Logs of the region. */
export class Logs {
  readonly #client: CloudWatchLogsClient;

  constructor(options: { readonly endpoint: string; readonly region: string }) {
    this.#client = new CloudWatchLogsClient({
      ...options,
      maxAttempts: MAX_ATTEMPTS,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  }

  stream(group: string, name: string): LogStream {
    return new LogStream(this.#client, group, name);
  }

  close(): void {
    this.#client.destroy();
  }
}

/**
 * A log stream, made when its first line comes. Lines are sent in batches while they come. Logging never fails a job:
 * lines that CloudWatch Logs does not take are counted, and the count is logged once it takes lines again.
 */
export class LogStream {
  readonly #client: CloudWatchLogsClient;
  readonly #target: { readonly logGroupName: string; readonly logStreamName: string };
  #events: InputLogEvent[] = [];
  #bytes = 0;
  #lost = 0;
  #created = false;
  #lastFlush = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;

  constructor(client: CloudWatchLogsClient, logGroupName: string, logStreamName: string) {
    this.#client = client;
    this.#target = { logGroupName, logStreamName };
  }

  /** Adds a line. Await the result, where there is one, before the next: it holds the writer back. */
  write(line: string): Promise<void> | undefined {
    // CloudWatch Logs refuses events without text.
    if (line === '') return undefined;
    this.#events.push({ message: line, timestamp: Date.now() });
    this.#bytes += sizeOf(line);
    if (this.#bytes > MAX_WAITING_BYTES) return this.#flush();
    this.#schedule();
    return undefined;
  }

  /** Sends what is left. */
  async close(): Promise<void> {
    while (this.#events.length > 0 || this.#flushing) await this.#flush();
  }

  #schedule(): void {
    if (this.#timer || this.#flushing) return;
    this.#timer = setTimeout(() => void this.#flush(), Math.max(0, this.#lastFlush + FLUSH_MS - Date.now()));
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing ??= this.#sendAll().finally(() => {
      this.#flushing = undefined;
      this.#lastFlush = Date.now();
      if (this.#events.length > 0) this.#schedule();
    });
    return this.#flushing;
  }

  async #sendAll(): Promise<void> {
    while (this.#events.length > 0) {
      const batch = this.#nextBatch();
      try {
        await this.#send(batch);
      } catch {
        this.#lost += batch.length;
        continue;
      }
      if (this.#lost > 0) {
        const message = `${this.#lost} log lines could not be stored`;
        this.#lost = 0;
        this.#events.unshift({ message, timestamp: Date.now() });
        this.#bytes += sizeOf(message);
      }
    }
  }

  async #send(logEvents: InputLogEvent[]): Promise<void> {
    const known = this.#created;
    if (!known) await this.#create();
    this.#created = true;
    try {
      await this.#client.send(new PutLogEventsCommand({ ...this.#target, logEvents }));
    } catch (error) {
      // CloudWatch Logs that died has forgotten the stream.
      if (!known || !(error instanceof Error) || error.name !== 'ResourceNotFoundException') throw error;
      this.#created = false;
      await this.#send(logEvents);
    }
  }

  #nextBatch(): InputLogEvent[] {
    let [count, bytes] = [0, 0];
    for (const { message = '' } of this.#events) {
      const size = sizeOf(message);
      if (count > 0 && (count === MAX_EVENTS || bytes + size > MAX_BATCH_BYTES)) break;
      count += 1;
      bytes += size;
    }
    this.#bytes -= bytes;
    return this.#events.splice(0, count);
  }

  async #create(): Promise<void> {
    const { logGroupName } = this.#target;
    await ignoringExisting(this.#client.send(new CreateLogGroupCommand({ logGroupName })));
    await ignoringExisting(this.#client.send(new CreateLogStreamCommand(this.#target)));
  }
}

async function ignoringExisting(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'ResourceAlreadyExistsException') throw error;
  }
}

function sizeOf(line: string): number {
  return Buffer.byteLength(line) + EVENT_OVERHEAD;
}
