import { Readable } from 'node:stream';
import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { translateAwsError, unlessNotFound } from '../errors.ts';
import { parseS3Uri } from '../s3-uri.ts';

/** What an object is to hold. */
export interface Content {
  readonly sha256: string;
  readonly bytes: number;
  readonly type: string;
  /** The bytes from the start, in small pieces; may be asked for again. */
  readonly pieces: () => Iterable<string | Uint8Array>;
}

/**
 * Uploads an object unless it is there with the same content, and says whether it did. An abort ends the upload, leaves
 * no parts behind and throws the signal's reason.
 */
export async function uploadOnce(
  s3: S3Client,
  uri: string,
  content: Content,
  { signal, onBytes }: { readonly signal: AbortSignal; readonly onBytes: (bytes: number) => void },
): Promise<boolean> {
  signal.throwIfAborted();
  const { bucket, key } = parseS3Uri(uri);
  const there = await unlessNotFound(`look for ${uri}`, () =>
    s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }), { abortSignal: signal }),
  );
  if (there?.ContentLength === content.bytes && there.Metadata?.sha256 === content.sha256) return false;

  // Upload's own abort() rejects while parts are still on their way, and may leave them behind to be paid for. A body
  // that fails makes it wait for them and remove them.
  function* untilAborted(): Generator<string | Uint8Array> {
    for (const piece of content.pieces()) {
      signal.throwIfAborted();
      yield piece;
    }
  }
  const upload = new Upload({
    client: s3,
    params: {
      Bucket: bucket,
      Key: key,
      Body: Readable.from(untilAborted()),
      ContentType: content.type,
      ChecksumAlgorithm: 'CRC32',
      Metadata: { sha256: content.sha256 },
    },
  });
  upload.on('httpUploadProgress', ({ loaded = 0 }) => onBytes(loaded));
  try {
    await upload.done();
  } catch (error) {
    signal.throwIfAborted();
    throw translateAwsError(error, `upload ${uri}`);
  }
  return true;
}
