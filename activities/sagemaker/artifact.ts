import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { extract } from 'tar-stream';
import { errorTypeOf } from '../errors.ts';
import { parseS3Uri } from '../s3-uri.ts';

/** An archive that is larger than this, compressed, holds something. */
const LARGEST_EMPTY = 4096;

/** The object's first bytes and its size; nothing where there is no such object, or one of no bytes. */
async function beginning(s3: S3Client, artifact: string): Promise<{ bytes: Buffer; size: number } | undefined> {
  const { bucket: Bucket, key: Key } = parseS3Uri(artifact);
  try {
    const Range = `bytes=0-${LARGEST_EMPTY - 1}`;
    const { Body, ContentRange } = await s3.send(new GetObjectCommand({ Bucket, Key, Range }));
    const bytes = await buffer(Body as Readable);
    return { bytes, size: Number(ContentRange?.split('/')[1] ?? bytes.length) };
  } catch (error) {
    if (errorTypeOf(error) === 'NotFound' || (error as Error).name === 'InvalidRange') return undefined;
    throw error;
  }
}

function unzipped(bytes: Buffer): Buffer | undefined {
  try {
    return gunzipSync(bytes);
  } catch {
    return undefined;
  }
}

/**
 * Whether a model.tar.gz is there and holds a file, by one call. SageMaker keeps an archive with nothing in it of a script
 * that saved no model. What is no archive at all is left to who serves it.
 */
export async function holdsFiles(s3: S3Client, artifact: string): Promise<boolean> {
  const found = await beginning(s3, artifact);
  if (!found) return false;
  const tar = found.size > LARGEST_EMPTY ? undefined : unzipped(found.bytes);
  if (!tar) return true;
  for await (const entry of Readable.from([tar]).pipe(extract())) {
    if (entry.header.type !== 'directory') return true;
    entry.resume();
  }
  return false;
}
