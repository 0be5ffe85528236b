import { Readable } from 'node:stream';
import { HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { translateAwsError, unlessNotFound } from './errors.ts';
import { parseS3Uri } from './s3-uri.ts';

/** What an object is to hold. */
export interface Content {
  readonly sha256: string;
  readonly bytes: number;
  readonly type: string;
  /** The bytes from the start, piece by piece; may be asked for again. */
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

  const upload = new Upload({
    client: s3,
    params: {
      Bucket: bucket,
      Key: key,
      Body: Readable.from(content.pieces()),
      ContentType: content.type,
      ChecksumAlgorithm: 'CRC32',
      Metadata: { sha256: content.sha256 },
    },
  });
  upload.on('httpUploadProgress', ({ loaded = 0 }) => onBytes(loaded));
  const abort = (): void => void upload.abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await upload.done();
  } catch (error) {
    signal.throwIfAborted();
    throw translateAwsError(error, `upload ${uri}`);
  } finally {
    signal.removeEventListener('abort', abort);
  }
  return true;
}
