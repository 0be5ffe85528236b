import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  type GetObjectCommandInput,
  type GetObjectCommandOutput,
  HeadObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

const CONCURRENCY = 8;
/** With the SDK's backoff about half a minute: S3 is started again within seconds where it dies. */
export const MAX_ATTEMPTS = 10;
const MAX_UPLOADS = 3;

export interface S3Object {
  readonly bucket: string;
  readonly key: string;
}

/** Splits `s3://bucket/key`. Throws a `RangeError` for other text. */
export function parseS3Uri(uri: string): S3Object {
  const match = /^(?:s3|https):\/\/([^/]+)\/?(.*)$/s.exec(uri);
  if (!match?.[1]) throw new RangeError(`not an S3 URI: ${JSON.stringify(uri)}`);
  return { bucket: match[1], key: match[2] ?? '' };
}

/** S3 of the region. */
export class ObjectStore {
  readonly #client: S3Client;

  constructor(options: { readonly endpoint: string; readonly region: string }) {
    this.#client = new S3Client({
      ...options,
      forcePathStyle: true,
      maxAttempts: MAX_ATTEMPTS,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    });
  }

  /** The objects whose keys start with the URI's, less the empty ones that stand for directories. */
  async *list(uri: string): AsyncGenerator<S3Object> {
    const { bucket, key } = parseS3Uri(uri);
    for await (const result of paginateListObjectsV2({ client: this.#client }, { Bucket: bucket, Prefix: key })) {
      for (const { Key } of result.Contents ?? []) if (Key && !Key.endsWith('/')) yield { bucket, key: Key };
    }
  }

  /** Whether any object's key starts with the URI's. A bucket that is not there has none. */
  async hasPrefix(uri: string): Promise<boolean> {
    try {
      for await (const _ of this.list(uri)) return true;
      return false;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  async has(uri: string): Promise<boolean> {
    const { bucket, key } = parseS3Uri(uri);
    try {
      await this.#client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw error;
    }
  }

  /** The object's bytes. Where the connection breaks, the stream goes on with the next. */
  async open(object: S3Object, signal?: AbortSignal): Promise<Readable> {
    const first = await this.#get(object, {}, signal);
    const stream = Readable.from(this.#bytes(object, first, signal), { objectMode: false });
    // A stream that is given up before it is read has never come to its body.
    stream.once('close', () => (first.Body as Readable).destroy());
    return stream;
  }

  async *#bytes(object: S3Object, first: GetObjectCommandOutput, signal?: AbortSignal): AsyncGenerator<Buffer> {
    let [answer, read] = [first, 0];
    for (;;) {
      try {
        // In Node, the body is always a stream of Node's.
        for await (const chunk of answer.Body as Readable) {
          read += chunk.length;
          yield chunk;
        }
        return;
      } catch (error) {
        if (signal?.aborted || !isBrokenConnection(error)) throw error;
      }
      if (read === first.ContentLength) return;
      answer = await this.#get(object, { Range: `bytes=${read}-`, IfMatch: first.ETag }, signal);
    }
  }

  async #get({ bucket, key }: S3Object, more: Partial<GetObjectCommandInput>, signal?: AbortSignal) {
    const command = new GetObjectCommand({ Bucket: bucket, Key: key, ...more });
    const answer = await this.#client.send(command, signal ? { abortSignal: signal } : {});
    // Whoever reads the body meets its error. One that comes while nobody reads would end the process.
    (answer.Body as Readable).on('error', () => {});
    return answer;
  }

  /** Downloads every object under the URI into the directory, named as SageMaker names them; returns how many. */
  async download(uri: string, directory: string, signal?: AbortSignal): Promise<number> {
    const { key: prefix } = parseS3Uri(uri);
    await mkdir(directory, { recursive: true });
    let count = 0;
    await inParallel(this.list(uri), CONCURRENCY, async (object) => {
      const target = resolve(directory, relativeName(prefix, object.key));
      if (!target.startsWith(resolve(directory) + sep)) throw new Error(`key ${object.key} lies outside of ${uri}`);
      await mkdir(dirname(target), { recursive: true });
      await pipeline(await this.open(object, signal), createWriteStream(target), ...(signal ? [{ signal }] : []));
      count += 1;
    });
    return count;
  }

  /** Uploads what `body` gives; asks it again where S3 has died and forgotten the parts it had. */
  async put(object: S3Object, body: () => Readable, signal?: AbortSignal): Promise<void> {
    for (let left = MAX_UPLOADS - 1; ; left--) {
      try {
        await this.#upload(object, body(), signal);
        return;
      } catch (error) {
        if (left === 0 || !(error instanceof Error) || error.name !== 'NoSuchUpload') throw error;
      }
    }
  }

  async #upload({ bucket, key }: S3Object, body: Readable, signal?: AbortSignal): Promise<void> {
    const upload = new Upload({ client: this.#client, params: { Bucket: bucket, Key: key, Body: body } });
    const abort = () => void upload.abort();
    signal?.addEventListener('abort', abort, { once: true });
    try {
      signal?.throwIfAborted();
      await upload.done();
    } finally {
      signal?.removeEventListener('abort', abort);
      body.destroy();
    }
  }

  async putFile(object: S3Object, path: string): Promise<void> {
    await this.put(object, () => createReadStream(path));
  }

  async delete({ bucket, key }: S3Object): Promise<void> {
    await this.#client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }

  close(): void {
    this.#client.destroy();
  }
}

/** `s3://bucket/a/` and a name make `s3://bucket/a/name`, with or without the slash. */
export function joinS3(uri: string, ...names: string[]): string {
  return [uri.replace(/\/+$/, ''), ...names].join('/');
}

/**
 * Where a prefix ends inside of a name, SageMaker keeps the whole name: `data/tr` gives `train.csv` for
 * `data/train.csv`, as does `data/train.csv` itself, while `data` and `data/` give `train.csv` too.
 */
export function relativeName(prefix: string, key: string): string {
  if (prefix !== '' && !prefix.endsWith('/') && key.startsWith(`${prefix}/`)) return key.slice(prefix.length + 1);
  return key.slice(prefix.lastIndexOf('/') + 1);
}

export async function inParallel<T>(
  items: AsyncIterable<T> | Iterable<T>,
  limit: number,
  each: (item: T) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  try {
    for await (const item of items) {
      const one: Promise<void> = each(item).finally(() => running.delete(one));
      running.add(one);
      if (running.size >= limit) await Promise.race(running);
    }
    await Promise.all(running);
  } finally {
    await Promise.allSettled(running);
  }
}

function isBrokenConnection(error: unknown): boolean {
  const { code = '' } = error as NodeJS.ErrnoException;
  return ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(code);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && ['NoSuchBucket', 'NoSuchKey', 'NotFound'].includes(error.name);
}
