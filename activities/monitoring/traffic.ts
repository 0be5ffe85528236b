/** What a served model was asked and answered, read from where its service keeps it. */
import { pipeline, type Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { Window } from '../../spec/monitoring/window.ts';
import { calling, translateAwsError, unlessNotFound } from '../errors.ts';
import { byteLines } from '../lines.ts';
import { eachObjectUnder } from '../s3-lines.ts';
import { parseS3Uri, s3Uri } from '../s3-uri.ts';
import { capturedRequest } from './data-capture.ts';
import { BrokenRecord, type Exchange, type KeptRequest } from './exchange.ts';
import { type LogRecord, loggedRequest, logRecord } from './invocation-logs.ts';

/** Where a service keeps what a model is asked and answers. */
export type TrafficSource =
  | {
      readonly engine: 'sagemaker';
      readonly endpoint: string;
      /** `DestinationS3Uri` of its data capture. */
      readonly uri: string;
    }
  | {
      readonly engine: 'bedrock';
      /** Of the account's invocation logging. */
      readonly bucket: string;
      readonly keyPrefix?: string;
      /** ARN of what serves the model: the logs are of all models of the account. */
      readonly arn: string;
    };

/** What was met while reading. */
export interface TrafficTally {
  /** Objects that were read, and their bytes as they are stored. */
  files: number;
  bytes: number;
  /** Requests of the model in the window, with those that runs themselves have asked. */
  requests: number;
  /** Those that runs have asked, to evaluate or to prove what they deploy. They are left out. */
  own: number;
  /** Lines, or rests of files, that could not be read. They are left out. */
  broken: number;
  /** The first of them. */
  firstBroken?: { readonly uri: string; readonly line: number; readonly why: string };
}

/** Rows in the order of their files, read as they are asked for. */
export interface Traffic extends AsyncIterable<Exchange> {
  /** As far as has been read. */
  readonly tally: Readonly<TrafficTally>;
}

/** A file is named by the hour in which it was begun, or is delivered: what was asked may be of the other one. */
const HOUR_MS = 3_600_000;

/**
 * Reads the traffic of a model in a window, a line at a time; objects of the hours before are not even listed. What cannot be
 * read is left out, counted and told. Rejects where S3 does not give a file that is there, or there is no such bucket.
 */
export function readTraffic(
  s3: S3Client,
  source: TrafficSource,
  window: Pick<Window, 'from' | 'to'>,
  signal?: AbortSignal,
): Traffic {
  const tally: TrafficTally = { files: 0, bytes: 0, requests: 0, own: 0, broken: 0 };
  const reader = new Reader(s3, window, tally, signal);
  return { tally, [Symbol.asyncIterator]: () => reader.read(source) };
}

type ReadLine = (line: string) => KeptRequest | undefined | Promise<KeptRequest | undefined>;

class Reader {
  readonly #s3: S3Client;
  readonly #signal: AbortSignal | undefined;
  readonly #from: Date;
  readonly #to: Date;
  readonly #tally: TrafficTally;

  constructor(
    s3: S3Client,
    { from, to }: Pick<Window, 'from' | 'to'>,
    tally: TrafficTally,
    signal: AbortSignal | undefined,
  ) {
    this.#s3 = s3;
    this.#signal = signal;
    // Services tell when they were asked in whole seconds.
    this.#from = new Date(Math.floor(Date.parse(from) / 1000) * 1000);
    this.#to = new Date(to);
    this.#tally = tally;
  }

  async *read(source: TrafficSource): AsyncGenerator<Exchange> {
    if (source.engine === 'sagemaker') {
      const { bucket, key } = parseS3Uri(source.uri);
      for (const variant of await this.#directories(bucket, below(key, source.endpoint))) {
        yield* this.#files(bucket, variant, /\.jsonl$/, capturedRequest);
      }
      return;
    }
    const { bucket, keyPrefix = '', arn } = source;
    const [, , , region, account] = arn.split(':');
    const prefix = below(keyPrefix, `AWSLogs/${account}/BedrockModelInvocationLogs/${region}`);
    // Bodies that are too long for the log lie below `data/`.
    yield* this.#files(bucket, prefix, /\/\d{2}\/[^/]+\.json\.gz$/, async (line) => {
      const log = logRecord(line);
      if (log.modelId !== arn || log.errorCode !== undefined) return undefined;
      return loggedRequest(log, await this.#bodies(log));
    });
  }

  async *#files(bucket: string, prefix: string, names: RegExp, readLine: ReadLine): AsyncGenerator<Exchange> {
    const from = new Date(this.#from.getTime() - HOUR_MS).toISOString();
    const after = `${prefix}${from.slice(0, 13).replaceAll(/[-T]/g, '/')}`;
    for await (const { key } of eachObjectUnder(this.#s3, bucket, prefix, after)) {
      if (names.test(key)) yield* this.#file(bucket, key, readLine);
    }
  }

  async *#file(bucket: string, key: string, readLine: ReadLine): AsyncGenerator<Exchange> {
    const signal = this.#signal;
    const tally = this.#tally;
    const uri = s3Uri(bucket, key);
    const lines = await this.#lines(bucket, key);
    if (!lines) return;
    tally.files += 1;
    let line = 0;
    try {
      for await (const bytes of lines) {
        signal?.throwIfAborted();
        line += 1;
        const text = bytes.toString('utf8').trim();
        if (text === '') continue;
        const request = await this.#unlessBroken(uri, line, async () => readLine(text));
        if (!request || !this.#counts(request)) continue;
        tally.requests += 1;
        if (request.own) tally.own += 1;
        else yield* request.exchanges;
      }
    } catch (error) {
      if (signal?.aborted) throw error;
      if (!isDamaged(error)) throw translateAwsError(error, `read ${uri}`);
      this.#broken(uri, line + 1, error.message);
    }
  }

  #counts({ exchanges: [first] }: KeptRequest): boolean {
    return !first || (first.at >= this.#from && first.at <= this.#to);
  }

  /** `undefined` where the object has gone since it was listed. */
  async #lines(bucket: string, key: string): Promise<AsyncIterable<Buffer> | undefined> {
    const get = new GetObjectCommand({ Bucket: bucket, Key: key });
    const found = await unlessNotFound(`read ${s3Uri(bucket, key)}`, () => this.#s3.send(get));
    if (!found) return undefined;
    this.#tally.bytes += found.ContentLength ?? 0;
    const body = found.Body as Readable;
    if (!key.endsWith('.gz')) return byteLines(body);
    // What becomes of the pipeline is met by whoever reads its end.
    return byteLines(pipeline(body, createGunzip(), () => {}));
  }

  async #unlessBroken<T>(uri: string, line: number, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof BrokenRecord)) throw error;
      this.#broken(uri, line, error.message);
      return undefined;
    }
  }

  #broken(uri: string, line: number, why: string): void {
    this.#tally.broken += 1;
    this.#tally.firstBroken ??= { uri, line, why };
  }

  async #bodies({ input, output }: LogRecord) {
    return {
      input: await this.#body(input?.inputBodyJson, input?.inputBodyS3Path),
      output: await this.#body(output?.outputBodyJson, output?.outputBodyS3Path),
    };
  }

  async #body(json: unknown, uri: string | undefined): Promise<unknown> {
    if (json !== undefined || uri === undefined) return json;
    const { bucket, key } = parseS3Uri(uri);
    const lines = await this.#lines(bucket, key);
    if (!lines) throw new BrokenRecord(`its body ${uri} is gone`);
    const parts: Buffer[] = [];
    for await (const bytes of lines) parts.push(bytes);
    try {
      return JSON.parse(Buffer.concat(parts).toString('utf8'));
    } catch {
      throw new BrokenRecord(`its body ${uri} is not JSON`);
    }
  }

  /** The prefixes below a prefix, up to their slash. */
  async #directories(bucket: string, prefix: string): Promise<string[]> {
    const page = await calling(`list s3://${bucket}/${prefix}`, () =>
      this.#s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: '/' })),
    );
    return (page.CommonPrefixes ?? []).flatMap(({ Prefix }) => (Prefix ? [Prefix] : []));
  }
}

/** The prefix of a directory below another one, which may end with a slash, or be none. */
function below(prefix: string, directory: string): string {
  const above = prefix.replace(/\/+$/, '');
  return above === '' ? `${directory}/` : `${above}/${directory}/`;
}

/** Of zlib: the file is not whole, or no gzip. */
function isDamaged(error: unknown): error is Error {
  return error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('Z_');
}
