/**
 * Uploads to S3: several objects and parts at once, in bounded memory.
 *
 * The checksum is SHA-256, of every part and, composed of those, of the object: one pass over a part gives what tells
 * whether S3 has it already, what S3 verifies the part by, and what the request is signed with. S3's CRCs cost less on
 * the machine that sends, but a resumed upload would then trust 32 bits with the content of a model's training data.
 */
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { HeadObjectCommand, PutObjectCommand, type S3Client, UploadPartCommand } from '@aws-sdk/client-s3';
import type { DataProgress } from '../../spec/progress.ts';
import { ERRORS, errorTypeOf, unlessNotFound } from '../errors.ts';
import { parseS3Uri } from '../s3-uri.ts';
import type { Content } from './content.ts';
import { sha256Of } from './digest.ts';
import {
  abandonMultipart,
  completeMultipart,
  type Multipart,
  openMultipart,
  type StoredPart,
  uploadFailure,
} from './multipart.ts';
import { TransferRate } from './transfer-rate.ts';

export interface Upload {
  readonly uri: string;
  readonly content: Content;
}

export interface UploadOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: DataProgress) => void;
}

const MIB = 1024 * 1024;
/** The least that S3 takes: with as much in memory, more of them are on their way at once. */
const PART_BYTES = 5 * MIB;
/** S3's limit. */
const MAX_PARTS = 10_000;
/** What is held in memory: so many bytes, or one part where that is larger. */
const BYTES_UNDER_WAY = 30 * MIB;

/** Parts of this size make the object, by 10,000 at most: a whole number of MiB, the same for every attempt. */
function partBytesOf({ bytes }: Content): number {
  return Math.max(PART_BYTES, Math.ceil(bytes / MAX_PARTS / MIB) * MIB);
}

/** An object while it is sent; one part only goes without a multipart upload. */
interface Sending extends Upload {
  readonly partBytes: number;
  readonly count: number;
  readonly multipart?: Multipart;
  /** In the order of the parts. */
  readonly done: StoredPart[];
  left: number;
}

interface Part {
  readonly sending: Sending;
  /** From 1. */
  readonly number: number;
}

/**
 * Uploads what is not there with the same content already. Takes up what an earlier attempt left unfinished: no part that
 * S3 has is sent again. A part that fails in passing is tried again by itself. When the signal is aborted because the run
 * was cancelled, nothing half sent stays behind; on any other end the parts stay, for the next attempt.
 */
export async function uploadAll(s3: S3Client, uploads: readonly Upload[], options: UploadOptions): Promise<void> {
  const { signal } = options;
  signal.throwIfAborted();
  const there = await Promise.all(uploads.map((upload) => isThere(s3, upload, signal)));
  const missing = uploads.filter((_, i) => !there[i]);
  if (missing.length === 0) return;
  const open: Sending[] = [];
  try {
    for (const upload of missing) open.push(await opened(s3, upload));
    await sendParts(s3, open, options);
  } catch (error) {
    if (!isCancel(signal)) throw error;
    await Promise.all(open.flatMap(({ multipart }) => (multipart ? [abandonMultipart(s3, multipart)] : [])));
    throw signal.reason;
  }
}

/** A worker that shuts down aborts too, and then another one goes on. */
function isCancel({ aborted, reason }: AbortSignal): boolean {
  return aborted && (reason as Error | undefined)?.message === 'CANCELLED';
}

async function isThere(s3: S3Client, { uri, content }: Upload, signal: AbortSignal): Promise<boolean> {
  const { bucket, key } = parseS3Uri(uri);
  const object = await unlessNotFound(`look for ${uri}`, () =>
    s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal }),
  );
  return object?.ContentLength === content.bytes && object.Metadata?.sha256 === content.sha256;
}

async function opened(s3: S3Client, upload: Upload): Promise<Sending> {
  const partBytes = partBytesOf(upload.content);
  const count = Math.max(1, Math.ceil(upload.content.bytes / partBytes));
  const multipart = count > 1 ? { multipart: await openMultipart(s3, upload.uri, upload.content) } : {};
  return { ...upload, partBytes, count, done: [], left: count, ...multipart };
}

function* partsOf(sendings: readonly Sending[]): Generator<Part> {
  for (const sending of sendings) {
    for (let number = 1; number <= sending.count; number += 1) yield { sending, number };
  }
}

/** Sends all parts by as many lanes as there is memory for; each lane has one buffer. */
async function sendParts(s3: S3Client, sendings: readonly Sending[], { signal, onProgress }: UploadOptions) {
  const failed = new AbortController();
  const until = AbortSignal.any([signal, failed.signal]);
  const total = sendings.reduce((sum, { content }) => sum + content.bytes, 0);
  const rate = new TransferRate();
  let bytes = 0;
  const sent = (part: Buffer, isNew: boolean): void => {
    bytes += part.length;
    if (isNew) rate.add(part.length);
    onProgress?.({ file: nameOf(sendings), bytes, total, rate: rate.perSecond });
  };

  // Each request under way listens.
  setMaxListeners(0, until);
  const parts = partsOf(sendings);
  const largest = Math.max(...sendings.map(({ content, partBytes }) => Math.min(content.bytes, partBytes)));
  const lane = async (): Promise<void> => {
    const buffer = Buffer.allocUnsafe(largest);
    for (const { sending, number } of parts) {
      const part = await readPart(sending, number, buffer);
      sent(part, await sendPart(s3, sending, number, part, until));
      sending.left -= 1;
      const { left, multipart, done, content } = sending;
      if (multipart && left === 0) await completeMultipart(s3, multipart, done, content.bytes);
    }
  };
  const count = sendings.reduce((sum, each) => sum + each.count, 0);
  const lanes = Math.min(count, Math.max(1, Math.floor(BYTES_UNDER_WAY / Math.max(1, largest))));
  const running = Array.from({ length: lanes }, () =>
    lane().catch((error) => {
      failed.abort(error);
      throw error;
    }),
  );
  // All of them: none may still send when this has ended.
  await Promise.allSettled(running);
  signal.throwIfAborted();
  if (failed.signal.aborted) throw failed.signal.reason;
}

function nameOf(sendings: readonly Sending[]): string {
  const [{ uri } = { uri: '' }, ...others] = sendings;
  return others.length === 0 ? uri.slice(uri.lastIndexOf('/') + 1) : `${sendings.length} files`;
}

async function readPart(
  { content, partBytes }: Sending,
  number: number,
  buffer: Buffer<ArrayBuffer>,
): Promise<Buffer<ArrayBuffer>> {
  const start = (number - 1) * partBytes;
  const part = buffer.subarray(0, Math.min(partBytes, content.bytes - start));
  await content.read(part, start);
  return part;
}

/** Sends a part unless S3 has it, and says whether it did. */
async function sendPart(
  s3: S3Client,
  sending: Sending,
  number: number,
  part: Buffer<ArrayBuffer>,
  signal: AbortSignal,
) {
  const { uri, content, multipart, done, count } = sending;
  const hash = await sha256Of(part);
  const sha256 = hash.toString('base64');
  const earlier = multipart?.earlier.get(number);
  if (earlier?.bytes === part.length && earlier.sha256 === sha256) {
    done[number - 1] = earlier;
    return false;
  }
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  const body = { Bucket, Key, Body: part, ContentLength: part.length, ChecksumSHA256: sha256 };
  const send = async (): Promise<string | undefined> => {
    const options = { abortSignal: signal };
    if (!multipart) {
      const about = { ContentType: content.type, Metadata: { sha256: content.sha256 } };
      return (await s3.send(signedBy(hash, new PutObjectCommand({ ...body, ...about })), options)).ETag;
    }
    const { UploadId } = multipart;
    const command = signedBy(hash, new UploadPartCommand({ ...body, UploadId, PartNumber: number }));
    return (await s3.send(command, options)).ETag;
  };
  const action = count === 1 ? `upload ${uri}` : `upload part ${number} of ${count} of ${uri}`;
  done[number - 1] = { etag: await persistently(action, send, signal), bytes: part.length, sha256 };
  return true;
}

/** The signature needs the hash of the body, which is known; the SDK would compute it once more. */
function signedBy<C extends PutObjectCommand | UploadPartCommand>(hash: Buffer, command: C): C {
  // The stacks of both take this middleware, but their types have nothing in common to call.
  (command as UploadPartCommand).middlewareStack.add(
    (next) => (args) => {
      const { headers } = args.request as { headers: Record<string, string> };
      headers['x-amz-content-sha256'] = hash.toString('hex');
      return next(args);
    },
    { step: 'build', name: 'knownPayloadHash' },
  );
  return command;
}

const FIRST_DELAY_MS = 1_000;
const LAST_DELAY_MS = 16_000;

/**
 * Makes the call until it works: half a minute of trouble is not worth an attempt of the activity, which would read and
 * split all of the data again.
 */
async function persistently<T>(action: string, call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pause = FIRST_DELAY_MS; ; pause *= 2) {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (pause > LAST_DELAY_MS || !ERRORS[errorTypeOf(error)].retryable) throw uploadFailure(error, action);
      await delay(pause, undefined, { signal });
    }
  }
}
