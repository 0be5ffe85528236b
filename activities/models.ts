import { DeleteObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { type RunRef, s3Keys, workflowIdOf } from '../spec/naming.ts';
import { type Account, type CustomModelRef, type ModelRef, RUN_VERSION } from '../spec/record.ts';
import type { HandedDown, ModelCard, NumberedCard } from '../spec/version.ts';
import type { AwsProvider } from './aws.ts';
import { readCard, readCards, writeCard } from './cards.ts';
import { calling, failure, unlessNotFound } from './errors.ts';
import { keysUnder } from './s3-lines.ts';
import { parseS3Uri } from './s3-uri.ts';

/** What a run hands over under its name. */
export interface HandOver {
  readonly run: RunRef;
  readonly account: Account;
  readonly model: ModelRef | CustomModelRef;
  readonly record: HandedDown;
}

/** A model to start from. `serving` is absent for an artifact from elsewhere, which is served as the candidate is. */
export type BaseModel = Omit<ModelRef, 'serving'> & Partial<Pick<ModelRef, 'serving'>>;

/** Keys of the cards of a name, the oldest version first: a thousand come with one call. */
function cardKeys(s3: S3Client, bucket: string, name: string): Promise<string[]> {
  return keysUnder(s3, bucket, s3Keys.modelCards(name));
}

const isOf =
  ({ id }: RunRef) =>
  (key: string): boolean =>
    key.endsWith(`Z-${id}.json`);

/**
 * Makes the model the newest version of its name. A former attempt's card stays as it is: the time of a hand-over is that of
 * the first.
 */
export async function publishModel(s3: S3Client, { run, account, model, record }: HandOver): Promise<void> {
  const { bucket } = account;
  if ((await cardKeys(s3, bucket, run.name)).some(isOf(run))) return;
  const handedOverAt = new Date().toISOString();
  const key = `${s3Keys.modelCards(run.name)}${handedOverAt.replaceAll(':', '')}-${run.id}.json`;
  const workflowId = workflowIdOf(run);
  const card: ModelCard = {
    version: RUN_VERSION,
    run: workflowId,
    handedOverAt,
    model: { ...model, run: workflowId },
    record,
  };
  await writeCard(s3, bucket, key, card);
}

/** Takes back what {@link publishModel} did, if it did. */
export async function withdrawModel(s3: S3Client, { run, account }: Pick<HandOver, 'run' | 'account'>): Promise<void> {
  const Bucket = account.bucket;
  for (const Key of (await cardKeys(s3, Bucket, run.name)).filter(isOf(run))) {
    await calling(`delete s3://${Bucket}/${Key}`, () => s3.send(new DeleteObjectCommand({ Bucket, Key })));
  }
}

/** The newest versions of a name, the newest first, and how many there are; only these are read. */
export async function newestVersions(
  s3: S3Client,
  bucket: string,
  name: string,
  limit: number,
): Promise<{ readonly cards: readonly NumberedCard[]; readonly total: number }> {
  const keys = await cardKeys(s3, bucket, name);
  const total = keys.length;
  const cards = await readCards<ModelCard>(s3, bucket, keys.toReversed().slice(0, limit));
  return { cards: cards.map((card, index) => ({ number: total - index, card })), total };
}

/** One version of a name; absent where there is none of that number. */
export async function readVersion(
  s3: S3Client,
  bucket: string,
  name: string,
  number: number,
): Promise<NumberedCard | undefined> {
  const key = (await cardKeys(s3, bucket, name))[number - 1];
  return key === undefined ? undefined : { number, card: await readCard<ModelCard>(s3, bucket, key) };
}

/** The model of a name that was handed over last; `undefined` where none was yet. */
export async function newestModel(
  s3: S3Client,
  bucket: string,
  name: string,
): Promise<ModelRef | CustomModelRef | undefined> {
  return (await newestVersions(s3, bucket, name, 1)).cards[0]?.card.model;
}

async function newestArtifact(s3: S3Client, bucket: string, name: string): Promise<ModelRef> {
  const model = await newestModel(s3, bucket, name);
  if (!model) {
    throw failure(
      'BaseNotFound',
      `no model named ${name} in s3://${bucket}/${s3Keys.modelCards(name)}; a run of that name must pass first`,
    );
  }
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
  if (base.startsWith('run:')) return newestArtifact(s3, home, base.slice('run:'.length));
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

    /** Makes a model that is not deployed the newest version of its name. */
    async publishModel(handOver: HandOver): Promise<void> {
      await publishModel(aws(handOver.account.region).s3, handOver);
    },
  };
}
