/** What a champion's training data was like: read once for each data set, and kept beside it. */
import { hash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import type { Reference } from '../../spec/monitoring/drift.ts';
import { featuresOf } from '../../spec/monitoring/features.ts';
import { questionIn, rightAnswerIn } from '../../spec/monitoring/observe.ts';
import { ReferenceBuilder } from '../../spec/monitoring/reference.ts';
import { s3Keys, splitFile } from '../../spec/naming.ts';
import type { PredictionRow } from '../../spec/scoring/row-scores.ts';
import type { ModelCard } from '../../spec/version.ts';
import { calling, errorTypeOf, unlessNotFound } from '../errors.ts';
import { objectLines } from '../s3-lines.ts';
import { s3Uri } from '../s3-uri.ts';

/** Of what is kept: counted up with a change of features or bins. */
const REFERENCE_VERSION = 1;

/** About so many rows; more would tell bins no more precisely than traffic fills them. */
const SAMPLE = 10_000;

export interface ReferenceQuestion {
  readonly name: string;
  readonly card: ModelCard;
  /** As the spec has it. */
  readonly of: readonly string[];
  /** How the label is read out of what the model says. */
  readonly readAnswer: (said: string) => string;
  readonly signal: AbortSignal | undefined;
}

/** The reference of a version; in a line why there is none. */
export async function referenceFor(s3: S3Client, question: ReferenceQuestion): Promise<Reference | string> {
  const { name, card, of } = question;
  const { data, account, evaluations } = card.record;
  if (!data?.splits.train) return `${card.run} has no training split that questions could be held against`;
  const predictions = evaluations?.candidate?.predictions;
  const key = hash('sha256', JSON.stringify([REFERENCE_VERSION, of, predictions])).slice(0, 16);
  const uri = { bucket: account.bucket, key: `${s3Keys.dataSet(name, data.sha256)}reference/${key}.json` };
  const kept = await keptReference(s3, uri);
  if (kept) return kept;
  try {
    const reference = await readReference(s3, question);
    await keep(s3, uri, reference);
    return reference;
  } catch (error) {
    if (errorTypeOf(error) !== 'NotFound') throw error;
    return `what ${card.run} was trained and evaluated on is gone: ${(error as Error).message}`;
  }
}

interface Place {
  readonly bucket: string;
  readonly key: string;
}

async function keptReference(s3: S3Client, { bucket, key }: Place): Promise<Reference | undefined> {
  const found = await unlessNotFound(`read ${s3Uri(bucket, key)}`, () =>
    s3.send(new GetObjectCommand({ Bucket: bucket, Key: key })),
  );
  const text = await found?.Body?.transformToString();
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Reference;
  } catch {
    // Damaged: it is made anew.
    return undefined;
  }
}

/** Who may only look measures all the same, and reads the data again next time. */
async function keep(s3: S3Client, { bucket, key }: Place, reference: Reference): Promise<void> {
  const put = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: JSON.stringify(reference),
    ContentType: 'application/json',
  });
  await calling(`write ${s3Uri(bucket, key)}`, () => s3.send(put)).catch((error: unknown) => {
    if (errorTypeOf(error) !== 'AccessDenied') throw error;
  });
}

async function readReference(s3: S3Client, { card, of, readAnswer, signal }: ReferenceQuestion): Promise<Reference> {
  const { data, evaluations } = card.record;
  const builder = new ReferenceBuilder(of);
  const rows = (uri: string, total: number) => sampledRows(s3, uri, { total, seed: data?.sha256 ?? '' }, signal);
  const needsAnswers = featuresOf(of).some((feature) => feature.of === 'answer');
  const predictions = needsAnswers ? evaluations?.candidate?.predictions : undefined;
  const { train, test } = data?.splits ?? {};
  if (train) {
    // Rows are kept in a form of their own, without the fields beside the question: these lie in a file of the same order.
    const fields = data?.fields && rows(`${data.fields.uri}${splitFile('fields')}`, train.rows);
    for await (const row of rows(`${train.uri}${splitFile('train')}`, train.rows)) {
      const question = questionIn(row);
      const beside = (await fields?.next())?.value as Readonly<Record<string, unknown>> | undefined;
      builder.addQuestion({ ...question, fields: { ...question.fields, ...beside } });
      const right = needsAnswers && predictions === undefined ? rightAnswerIn(row) : undefined;
      if (right !== undefined) builder.addAnswer(readAnswer(right));
    }
    await fields?.return(undefined);
  }
  if (predictions !== undefined) {
    for await (const row of rows(predictions, test?.rows ?? 0)) {
      builder.addAnswer(readAnswer((row as PredictionRow).prediction));
    }
  }
  return builder.build();
}

/** All rows of a file where they are few, of others a sample: of files of as many rows the same ones, for the same seed. */
async function* sampledRows(
  s3: S3Client,
  uri: string,
  { total, seed }: { readonly total: number; readonly seed: string },
  signal: AbortSignal | undefined,
): AsyncGenerator<unknown> {
  const below = (SAMPLE / total) * 2 ** 32;
  let row = 0;
  for await (const line of objectLines(s3, uri)) {
    signal?.throwIfAborted();
    row += 1;
    const isTaken = total <= SAMPLE || hash('sha256', `${seed} ${row}`, 'buffer').readUInt32BE() < below;
    if (isTaken) yield JSON.parse(line) as unknown;
  }
}
