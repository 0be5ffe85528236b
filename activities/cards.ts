/** Small JSON objects in S3 that tell of something that happened: versions of a model, firings of a schedule. */
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { RUN_VERSION } from '../spec/record.ts';
import { calling, failure, translateAwsError, unlessNotFound } from './errors.ts';

interface Card {
  /** RUN_VERSION of the code that wrote it. */
  readonly version: number;
}

const AT_ONCE = 16;

export async function writeCard<T extends Card>(s3: S3Client, bucket: string, key: string, card: T): Promise<void> {
  const object = { Bucket: bucket, Key: key, Body: JSON.stringify(card), ContentType: 'application/json' };
  await calling(`write s3://${bucket}/${key}`, () => s3.send(new PutObjectCommand(object)));
}

const anyCard = z.looseObject({ version: z.number() });

/**
 * Writes JSON under a key unless somebody has written there since it was read.
 *
 * @param etag of what was read; absent where there was nothing
 * @returns whether it is written
 */
export async function writeIfUnchanged(
  s3: S3Client,
  bucket: string,
  key: string,
  value: object,
  etag: string | undefined,
): Promise<boolean> {
  const object = { Bucket: bucket, Key: key, Body: JSON.stringify(value), ContentType: 'application/json' };
  const condition = etag === undefined ? { IfNoneMatch: '*' } : { IfMatch: etag };
  try {
    await s3.send(new PutObjectCommand({ ...object, ...condition }));
    return true;
  } catch (error) {
    // Gone since, or written over: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
    const { name } = error as Error;
    if (name === 'PreconditionFailed' || name === 'ConditionalRequestConflict' || name === 'NoSuchKey') return false;
    throw translateAwsError(error, `write s3://${bucket}/${key}`);
  }
}

/** What lies under a key as JSON of a shape, and its ETag; `BrokenCard` where it is something else. */
export async function readJson<T>(
  s3: S3Client,
  bucket: string,
  key: string,
  shape: z.ZodType<T>,
): Promise<{ readonly value: T; readonly etag: string }> {
  const address = `s3://${bucket}/${key}`;
  const { text, etag = '' } = await calling(`read ${address}`, async () => {
    const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return { text: await Body?.transformToString(), etag: ETag };
  });
  return { value: shaped(() => JSON.parse(text ?? ''), address, shape), etag };
}

function shaped<T>(read: () => unknown, address: string, shape: z.ZodType<T>): T {
  try {
    return shape.parse(read());
  } catch (error) {
    const why = error instanceof z.ZodError ? error.issues.map(issueText).join('; ') : (error as Error).message;
    throw failure(
      'BrokenCard',
      `${address} is not as temper wrote it: ${why}; put back what it was, or delete it: what it told is not reckoned with then`,
    );
  }
}

const issueText = ({ path, message }: z.core.$ZodIssue): string => [...path, message].map(String).join(': ');

/**
 * `OtherVersion` where another temper wrote it, `BrokenCard` where none did.
 *
 * @param shape what is relied on of a card of this version
 */
export async function readCard<T extends Card>(
  s3: S3Client,
  bucket: string,
  key: string,
  shape: z.ZodType = anyCard,
): Promise<T> {
  const address = `s3://${bucket}/${key}`;
  const { value: card } = await readJson(s3, bucket, key, anyCard);
  if (card.version === RUN_VERSION) return shaped(() => card, address, shape) as T;
  throw failure(
    'OtherVersion',
    `${address} was written by a temper of another version: it is of version ${card.version}, and this one reads ${RUN_VERSION}`,
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
export async function readCards<T extends Card>(
  s3: S3Client,
  bucket: string,
  keys: readonly string[],
  shape?: z.ZodType,
): Promise<T[]> {
  const cards: T[] = [];
  for (let start = 0; start < keys.length; start += AT_ONCE) {
    const some = keys.slice(start, start + AT_ONCE);
    cards.push(...(await Promise.all(some.map((key) => readCard<T>(s3, bucket, key, shape)))));
  }
  return cards;
}
