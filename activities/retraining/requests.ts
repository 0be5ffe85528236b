/** Who asked for a firing: written before the schedule is triggered, read by the firing itself. */
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { z } from 'zod';
import { s3Keys } from '../../spec/naming.ts';
import type { Asked } from '../../spec/retrain.ts';
import { readJson } from '../cards.ts';
import { calling, unlessNotFound } from '../errors.ts';

/** @param scheduledAt the time that the schedule is triggered for, to the second: `2026-11-25T06:00:00Z` */
export async function writeRequest(
  s3: S3Client,
  { bucket, name, scheduledAt }: { readonly bucket: string; readonly name: string; readonly scheduledAt: string },
  asked: Asked,
): Promise<void> {
  const Key = s3Keys.firingRequest(name, scheduledAt);
  await calling(`write s3://${bucket}/${Key}`, () =>
    s3.send(
      new PutObjectCommand({ Bucket: bucket, Key, Body: JSON.stringify(asked), ContentType: 'application/json' }),
    ),
  );
}

const requestShape = z.object({ by: z.string(), comment: z.string().optional() });

/** `undefined` where nobody asked: the schedule fires by itself, or from the Temporal UI. */
export async function readRequest(
  s3: S3Client,
  bucket: string,
  name: string,
  scheduledAt: string,
): Promise<Asked | undefined> {
  const Key = s3Keys.firingRequest(name, scheduledAt);
  const request = await unlessNotFound(`read s3://${bucket}/${Key}`, () => readJson(s3, bucket, Key, requestShape));
  if (request === undefined) return undefined;
  const { by, comment } = request.value;
  return { by, ...(comment !== undefined && { comment }) };
}
