/** A model as a training job packs it, unpacked to where Bedrock imports from. */
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { Context } from '@temporalio/activity';
import { extract } from 'tar-stream';
import { importProblems, isDescribing, isOfModel, type ModelFile, modelDirectory } from '../../spec/bedrock/import.ts';
import type { DataProgress } from '../../spec/progress.ts';
import type { Weights } from '../../spec/record.ts';
import { calling, failure, translateAwsError, unlessNotFound } from '../errors.ts';
import { tell } from '../heartbeating.ts';
import { parseS3Uri } from '../s3-uri.ts';

const MIB = 1024 * 1024;
/** At least so much a part, and 10,000 parts at most, as S3 has it. */
const PART_BYTES = 16 * MIB;
const MAX_PARTS = 10_000;
/** What describes a model is small; a file that is not describes nothing. */
const LONGEST_TEXT = 64 * MIB;
/** The names of tensors stand at the beginning of a safetensors file, some hundred bytes for each. */
const LONGEST_HEADER = 32 * MIB;

const refused = (artifact: string, problems: readonly string[]) =>
  failure('NotImportable', `Bedrock cannot import ${artifact}: ${problems.join('; ')}`);

/** Passes a safetensors file on, and throws where its header names tensors of a LoRA adapter. */
async function* merged(bytes: AsyncIterable<Buffer>, path: string, artifact: string): AsyncGenerator<Buffer> {
  const head: Buffer[] = [];
  let size = 0;
  let checked = false;
  for await (const chunk of bytes) {
    if (checked) {
      yield chunk;
      continue;
    }
    head.push(chunk);
    size += chunk.length;
    const needed = size < 8 ? 8 : 8 + Number(Buffer.concat(head).readBigUInt64LE(0));
    if (size < needed && size < LONGEST_HEADER) continue;
    const begun = Buffer.concat(head);
    if (begun.subarray(8, needed).includes('.lora_')) {
      throw refused(artifact, [
        `${path} has the weights of a LoRA adapter: merge it into its base model, as by merge_and_unload() of peft, and save that`,
      ]);
    }
    checked = true;
    yield begun;
  }
  if (!checked) yield Buffer.concat(head);
}

/** A file of the archive on its way to S3. What is there with its size is not sent again. */
async function send(
  s3: S3Client,
  uri: string,
  { path, bytes }: ModelFile,
  body: AsyncIterable<Buffer>,
  signal: AbortSignal,
): Promise<void> {
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  const there = await unlessNotFound(`look for ${uri}`, () => s3.send(new HeadObjectCommand({ Bucket, Key })));
  if (there?.ContentLength === bytes) {
    for await (const _ of body);
    return;
  }
  const upload = new Upload({
    client: s3,
    params: { Bucket, Key, Body: Readable.from(body, { objectMode: false }) },
    partSize: Math.max(PART_BYTES, Math.ceil(bytes / MAX_PARTS / MIB) * MIB),
    queueSize: 2,
  });
  const abort = () => void upload.abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await upload.done();
  } catch (error) {
    signal.throwIfAborted();
    throw translateAwsError(error, `upload ${path} to ${uri}`);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** As zlib and tar-stream say it. */
function isNoArchive(error: unknown): boolean {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === 'Z_DATA_ERROR' || code === 'Z_BUF_ERROR' || /invalid tar header/i.test(message);
}

/** A path as it is in the archive, without what leads out of it. */
function inside(name: string): string | undefined {
  const path = posix.normalize(name);
  return path.startsWith('..') || path.startsWith('/') ? undefined : path.replace(/^\.\//, '');
}

/**
 * Unpacks a model.tar.gz under a prefix, file by file as it is read, in bounded memory; an attempt after a crash reads on
 * and sends what is missing. `NotImportable` where Bedrock would not import it.
 */
export async function unpack(s3: S3Client, artifact: string, prefix: string): Promise<Weights> {
  const signal = Context.current().cancellationSignal;
  const { bucket: Bucket, key: Key } = parseS3Uri(artifact);
  const { Body, ContentLength: total = 0 } = await calling(`read ${artifact}`, () =>
    s3.send(new GetObjectCommand({ Bucket, Key }), { abortSignal: signal }),
  );
  const files: ModelFile[] = [];
  const texts = new Map<string, string>();
  const entries = extract();
  let read = 0;
  const counted = async function* (source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of source) {
      read += chunk.length;
      tell({ file: 'model.tar.gz', bytes: read, total } satisfies DataProgress);
      yield chunk;
    }
  };
  const reading = pipeline(Body as Readable, counted, createGunzip(), entries, { signal });
  const unpacking = async (): Promise<void> => {
    for await (const entry of entries) {
      const { name, size: bytes = 0, type } = entry.header;
      const path = inside(name);
      const file = { path: path ?? name, bytes };
      if (type !== 'file' || path === undefined || bytes === 0 || !isOfModel(file)) {
        entry.resume();
        continue;
      }
      files.push(file);
      if (isDescribing(path) && bytes <= LONGEST_TEXT) {
        const content = await text(entry);
        texts.set(path, content);
        await send(s3, `${prefix}${path}`, file, Readable.from([Buffer.from(content)]), signal);
      } else {
        const body = entry as AsyncIterable<Buffer>;
        const checked = path.endsWith('.safetensors') ? merged(body, path, artifact) : body;
        await send(s3, `${prefix}${path}`, file, checked, signal);
      }
    }
  };
  // What ends one of them ends the other.
  const unpacked = unpacking().catch((error: Error) => {
    entries.destroy(error);
    throw error;
  });
  const [readEnd, unpackedEnd] = await Promise.allSettled([reading, unpacked]);
  signal.throwIfAborted();
  for (const end of [unpackedEnd, readEnd]) {
    if (end.status === 'rejected')
      throw isNoArchive(end.reason)
        ? refused(artifact, ['it is no .tar.gz'])
        : translateAwsError(end.reason, `unpack ${artifact}`);
  }
  const problems = importProblems(files, texts);
  if (problems.length > 0) throw refused(artifact, problems);
  const directory = modelDirectory(files);
  const ofModel = files.filter(({ path }) => path.startsWith(directory));
  return {
    uri: `${prefix}${directory}`,
    files: ofModel.length,
    bytes: ofModel.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
