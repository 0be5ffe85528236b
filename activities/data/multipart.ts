/** Multipart uploads that can be taken up: S3 keeps what a crash left unfinished, and can say what it holds of it. */
import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { ApplicationFailure } from '@temporalio/common';
import { calling, errorTypeOf, failure, translateAwsError, unlessNotFound } from '../errors.ts';
import { parseS3Uri, s3Uri } from '../s3-uri.ts';
import type { Content } from './content.ts';

/** A part that S3 holds. */
export interface StoredPart {
  readonly etag: string | undefined;
  readonly bytes: number | undefined;
  /** In Base64, as S3 wants it. */
  readonly sha256: string | undefined;
}

export interface Multipart {
  readonly Bucket: string;
  readonly Key: string;
  readonly UploadId: string;
  /** What an earlier attempt sent, by part number. */
  readonly earlier: ReadonlyMap<number, StoredPart>;
}

/** Takes up the object's unfinished upload where there is one, and begins one where there is none. */
export async function openMultipart(s3: S3Client, uri: string, content: Content): Promise<Multipart> {
  const { bucket: Bucket, key: Key } = parseS3Uri(uri);
  const unfinished = await findUnfinished(s3, Bucket, Key);
  if (unfinished) {
    const earlier = await storedParts(s3, { Bucket, Key, UploadId: unfinished });
    // It may have been completed or removed since it was listed.
    if (earlier) return { Bucket, Key, UploadId: unfinished, earlier };
  }
  const { UploadId = '' } = await calling(`begin the upload of ${uri}`, () =>
    s3.send(
      new CreateMultipartUploadCommand({
        Bucket,
        Key,
        ContentType: content.type,
        Metadata: { sha256: content.sha256 },
        ChecksumAlgorithm: 'SHA256',
      }),
    ),
  );
  return { Bucket, Key, UploadId, earlier: new Map() };
}

/** The newest unfinished upload of a key. Whoever may not list them can still upload, from the start. */
async function findUnfinished(s3: S3Client, Bucket: string, Key: string): Promise<string | undefined> {
  let KeyMarker: string | undefined;
  let UploadIdMarker: string | undefined;
  const found: { id: string; begun: number }[] = [];
  try {
    do {
      const page = await s3.send(
        new ListMultipartUploadsCommand({ Bucket, Prefix: Key, ...(KeyMarker && { KeyMarker, UploadIdMarker }) }),
      );
      for (const upload of page.Uploads ?? []) {
        if (upload.Key !== Key || !upload.UploadId) continue;
        found.push({ id: upload.UploadId, begun: upload.Initiated?.getTime() ?? 0 });
      }
      KeyMarker = page.IsTruncated ? page.NextKeyMarker : undefined;
      UploadIdMarker = page.NextUploadIdMarker;
    } while (KeyMarker);
  } catch (error) {
    if (errorTypeOf(error) === 'AccessDenied') return undefined;
    throw translateAwsError(error, `look for an unfinished upload of ${s3Uri(Bucket, Key)}`);
  }
  return found.sort((a, b) => b.begun - a.begun)[0]?.id;
}

/** The parts that S3 holds of an upload; `undefined` when there is no such upload. */
async function storedParts(
  s3: S3Client,
  upload: Pick<Multipart, 'Bucket' | 'Key' | 'UploadId'>,
): Promise<Map<number, StoredPart> | undefined> {
  const parts = new Map<number, StoredPart>();
  let PartNumberMarker: string | undefined;
  do {
    const page = await unlessNotFound(`list the parts of ${s3Uri(upload.Bucket, upload.Key)}`, () =>
      s3.send(new ListPartsCommand({ ...upload, ...(PartNumberMarker && { PartNumberMarker }) })),
    );
    if (!page) return undefined;
    for (const { PartNumber, ETag, Size, ChecksumSHA256 } of page.Parts ?? []) {
      if (PartNumber !== undefined) parts.set(PartNumber, { etag: ETag, bytes: Size, sha256: ChecksumSHA256 });
    }
    PartNumberMarker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (PartNumberMarker);
  return parts;
}

/**
 * Makes the object of its parts. S3 refuses it when a part, the checksum of all parts' checksums, or the size is not what
 * was sent.
 */
export async function completeMultipart(
  s3: S3Client,
  { Bucket, Key, UploadId }: Multipart,
  parts: readonly StoredPart[],
  bytes: number,
): Promise<void> {
  const all = createHash('sha256');
  for (const { sha256 = '' } of parts) all.update(Buffer.from(sha256, 'base64'));
  try {
    await s3.send(
      new CompleteMultipartUploadCommand({
        Bucket,
        Key,
        UploadId,
        MpuObjectSize: bytes,
        ChecksumSHA256: `${all.digest('base64')}-${parts.length}`,
        MultipartUpload: {
          Parts: parts.map(({ etag, sha256 }, i) => ({ PartNumber: i + 1, ETag: etag, ChecksumSHA256: sha256 })),
        },
      }),
    );
  } catch (error) {
    throw uploadFailure(error, `complete the upload of ${s3Uri(Bucket, Key)}`);
  }
}

/** What an activity throws when a part could not be sent or the object not be made of them. */
export function uploadFailure(error: unknown, action: string): ApplicationFailure {
  if ((error as Error).name !== 'NoSuchUpload') return translateAwsError(error, action);
  // By a rule of the bucket, or by another run with the same data that was faster or cancelled.
  return failure('Unavailable', `could not ${action}: somebody completed or removed it; it is looked at again`, error);
}

/** More than one part can be on its way when an upload is given up, and land after it. */
const ABORTS = 5;

/** Removes an unfinished upload with all of its parts, which S3 would bill. */
export async function abandonMultipart(s3: S3Client, { Bucket, Key, UploadId }: Multipart): Promise<void> {
  for (let attempt = 0; attempt < ABORTS; attempt += 1) {
    await unlessNotFound(`give up the upload of ${s3Uri(Bucket, Key)}`, () =>
      s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })),
    );
    if (((await storedParts(s3, { Bucket, Key, UploadId }))?.size ?? 0) === 0) return;
  }
}
