import type { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import { calling, translateAwsError } from './errors.ts';
import { byteLines } from './lines.ts';
import { parseS3Uri } from './s3-uri.ts';

export interface S3Object {
  readonly key: string;
  readonly bytes: number;
  /** Changes with the content. */
  readonly etag: string;
}

/** The objects under a prefix, in S3's order, a page at a time; only those whose keys sort behind `after`, where given. */
export async function* eachObjectUnder(
  s3: S3Client,
  bucket: string,
  prefix: string,
  after?: string,
): AsyncGenerator<S3Object> {
  let token: string | undefined;
  do {
    const from = token !== undefined ? { ContinuationToken: token } : after !== undefined ? { StartAfter: after } : {};
    const page = await calling(`list s3://${bucket}/${prefix}`, () =>
      s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ...from })),
    );
    for (const { Key: key, Size: bytes = 0, ETag: etag = '' } of page.Contents ?? [])
      if (key) yield { key, bytes, etag };
    token = page.NextContinuationToken;
  } while (token);
}

/** All objects under a prefix, in S3's order. */
export async function objectsUnder(s3: S3Client, bucket: string, prefix: string): Promise<S3Object[]> {
  const objects: S3Object[] = [];
  for await (const object of eachObjectUnder(s3, bucket, prefix)) objects.push(object);
  return objects;
}

/** The keys of all objects under a prefix, in S3's order. */
export async function keysUnder(s3: S3Client, bucket: string, prefix: string): Promise<string[]> {
  return (await objectsUnder(s3, bucket, prefix)).map(({ key }) => key);
}

/** The lines of an object without their ends, streamed. Empty lines are left out. */
export async function* objectLines(s3: S3Client, uri: string): AsyncGenerator<string> {
  const { bucket, key } = parseS3Uri(uri);
  const { Body } = await calling(`read ${uri}`, () => s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
  try {
    for await (const bytes of byteLines(Body as Readable)) {
      const line = bytes.toString('utf8').replace(/\r$/, '');
      if (line !== '') yield line;
    }
  } catch (error) {
    throw translateAwsError(error, `read ${uri}`);
  }
}
