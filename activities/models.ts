import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { type RunRef, s3Keys, workflowIdOf } from '../spec/naming.ts';
import type { Account, CustomModelRef, ModelRef } from '../spec/record.ts';
import type { AwsProvider } from './aws.ts';
import { calling, failure, unlessNotFound } from './errors.ts';
import { keysUnder } from './s3-lines.ts';
import { parseS3Uri } from './s3-uri.ts';

/** What a run hands over under its name. */
export interface ModelCard {
  readonly run: RunRef;
  readonly account: Account;
  readonly model: ModelRef | CustomModelRef;
  /** ISO 8601; orders the models of a name. */
  readonly startedAt: string;
}

/** A model to start from. `serving` is absent for an artifact from elsewhere, which is served as the candidate is. */
export type BaseModel = Omit<ModelRef, 'serving'> & Partial<Pick<ModelRef, 'serving'>>;

function cardKey({ run, startedAt }: Pick<ModelCard, 'run' | 'startedAt'>): string {
  return `${s3Keys.modelCards(run.name)}${startedAt.replaceAll(':', '')}-${run.id}.json`;
}

/** Makes the model the newest of its name. */
export async function publishModel(s3: S3Client, card: ModelCard): Promise<void> {
  const { run, account, model } = card;
  const Key = cardKey(card);
  const Body = JSON.stringify({ ...model, run: workflowIdOf(run) } satisfies ModelRef | CustomModelRef);
  await calling(`write s3://${account.bucket}/${Key}`, () =>
    s3.send(new PutObjectCommand({ Bucket: account.bucket, Key, Body, ContentType: 'application/json' })),
  );
}

/** Takes back what {@link publishModel} did, if it did. */
export async function withdrawModel(s3: S3Client, card: Omit<ModelCard, 'model'>): Promise<void> {
  const Bucket = card.account.bucket;
  const Key = cardKey(card);
  await calling(`delete s3://${Bucket}/${Key}`, () => s3.send(new DeleteObjectCommand({ Bucket, Key })));
}

async function newestModel(s3: S3Client, bucket: string, name: string): Promise<ModelRef> {
  const prefix = s3Keys.modelCards(name);
  const key = (await keysUnder(s3, bucket, prefix)).at(-1);
  if (!key) {
    throw failure(
      'BaseNotFound',
      `no model named ${name} in s3://${bucket}/${prefix}; a run of that name must pass first`,
    );
  }
  const card = await calling(`read s3://${bucket}/${key}`, async () => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body?.transformToString();
  });
  const model = JSON.parse(card ?? '') as ModelRef | CustomModelRef;
  if (model.engine === 'sagemaker') return model;
  throw failure(
    'BaseNotFound',
    `train.base: the newest model of ${name} is ${model.customModel}, which stays in Bedrock; SageMaker can start from its own models alone`,
  );
}

/**
 * What a spec's `train.base` stands for: the newest model of a name (`run:NAME`), or an artifact in S3. `BaseNotFound`
 * when there is none.
 *
 * @param home the bucket that the models of names lie in
 */
export async function findBase(s3: S3Client, base: string, home: string): Promise<BaseModel> {
  if (base.startsWith('run:')) return newestModel(s3, home, base.slice('run:'.length));
  const { bucket, key } = parseS3Uri(base);
  const found = await unlessNotFound(`look for ${base}`, () =>
    s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key })),
  );
  if (!found) throw failure('BaseNotFound', `train.base: there is no object ${base}`);
  return { engine: 'sagemaker', artifact: base };
}

/**
 * Models that were handed over, by name. A model card lies beside the artifacts that it points to, in the same bucket:
 * no registry of our own can disagree with what is there.
 */
export function createModelActivities({ aws }: { aws: AwsProvider }) {
  return {
    /** What a spec's `train.base` stands for; see {@link findBase}. */
    async resolveBase({ base, account }: { base: string; account: Account }): Promise<BaseModel> {
      return findBase(aws(account.region).s3, base, account.bucket);
    },

    /** Makes a model that is not deployed the newest of its name. */
    async publishModel(card: ModelCard): Promise<void> {
      await publishModel(aws(card.account.region).s3, card);
    },
  };
}
