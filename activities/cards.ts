/** Small JSON objects in S3 that tell of something that happened: versions of a model, firings of a schedule. */
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { RUN_VERSION } from '../spec/record.ts';
import { calling, failure, unlessNotFound } from './errors.ts';

interface Card {
  /** RUN_VERSION of the code that wrote it. */
  readonly version: number;
}

const AT_ONCE = 16;

export async function writeCard<T extends Card>(s3: S3Client, bucket: string, key: string, card: T): Promise<void> {
  const object = { Bucket: bucket, Key: key, Body: JSON.stringify(card), ContentType: 'application/json' };
  await calling(`write s3://${bucket}/${key}`, () => s3.send(new PutObjectCommand(object)));
}

/** `OtherVersion` where another temper wrote it. */
export async function readCard<T extends Card>(s3: S3Client, bucket: string, key: string): Promise<T> {
  const text = await calling(`read s3://${bucket}/${key}`, async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body?.transformToString();
  });
  const card = JSON.parse(text ?? '') as T;
  if (card.version === RUN_VERSION) return card;
  throw failure(
    'OtherVersion',
    `s3://${bucket}/${key} was written by a temper of another version: it is of version ${card.version}, and this one reads ${RUN_VERSION}`,
  );
}

/** The same; `undefined` where there is none. */
export async function cardUnlessGone<T extends Card>(
  s3: S3Client,
  bucket: string,
  key: string,
): Promise<T | undefined> {
  return unlessNotFound(`read s3://${bucket}/${key}`, () => readCard<T>(s3, bucket, key));
}

/** In the order of the keys. */
export async function readCards<T extends Card>(s3: S3Client, bucket: string, keys: readonly string[]): Promise<T[]> {
  const cards: T[] = [];
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    cards.push(...(await Promise.all(keys.slice(start, start + AT_ONCE).map((key) => readCard<T>(s3, bucket, key)))));
  }
  return cards;
}
