/** Source files in S3. */
import type { Readable } from 'node:stream';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { calling } from '../errors.ts';
import { objectsUnder } from '../s3-lines.ts';
import { parseS3Uri, s3Uri } from '../s3-uri.ts';

/** The object of an address itself, or the data below it as a prefix. */
export async function objectsAt(
  uri: string,
  s3: S3Client,
  isData: (key: string) => boolean,
): Promise<{ readonly uri: string; readonly bytes: number; readonly etag: string }[]> {
  const { bucket, key } = parseS3Uri(uri);
  const objects = await objectsUnder(s3, bucket, key);
  const itself = objects.filter((object) => object.key === key && !key.endsWith('/'));
  const prefix = key === '' || key.endsWith('/') ? key : `${key}/`;
  const below = objects.filter((object) => object.key.startsWith(prefix) && isData(object.key));
  return (itself.length > 0 ? itself : below).map((object) => ({
    uri: s3Uri(bucket, object.key),
    bytes: object.bytes,
    etag: object.etag,
  }));
}

export async function objectBody(uri: string, s3: S3Client): Promise<Readable> {
  const { bucket, key } = parseS3Uri(uri);
  const { Body } = await calling(`read ${uri}`, () => s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })));
  return Body as Readable;
}

/** Part of an object. */
export async function objectBytes(uri: string, s3: S3Client, start: number, end: number): Promise<Uint8Array> {
  const { bucket, key } = parseS3Uri(uri);
  const Range = `bytes=${start}-${end - 1}`;
  const { Body } = await calling(`read ${uri}`, () =>
    s3.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range })),
  );
  return (await Body?.transformToByteArray()) ?? new Uint8Array();
}
