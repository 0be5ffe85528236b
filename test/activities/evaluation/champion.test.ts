/** The champion of a name, as it is found in the bucket. */
import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { parseS3Uri } from '../../../activities/s3-uri.ts';
import type { Champion } from '../../../spec/champion.ts';
import type { Kind } from '../../../spec/data/examples.ts';
import type { ModelRef } from '../../../spec/record.ts';
import { specSchema } from '../../../spec/spec.ts';
import type { HandedDown } from '../../../spec/version.ts';
import { account, clients, once, pipeline } from '../../support/activities.ts';
import { handedDown } from '../../support/hand-over.ts';

/** Looks up a champion of SageMaker that was trained on rows of a kind. */
async function found(trainedOn: Kind, kind: Kind, record: Partial<HandedDown> = {}): Promise<Champion | null> {
  const name = `model-${randomUUID().slice(0, 8)}`;
  const artifact = `s3://${account.bucket}/temper/${name}/model.tar.gz`;
  const { bucket: Bucket, key: Key } = parseS3Uri(artifact);
  await clients.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'weights' }));
  const model: ModelRef = { engine: 'sagemaker', artifact, serving: { image: 'image', environment: {} } };
  const data = { sha256: 'a', kind: trainedOn, splits: {}, labels: [], duplicates: 0, conflicts: 0 };
  const run = { name, id: 'aaaa' };
  await once(pipeline.publishModel, { run, account, model, record: { ...handedDown, data, ...record } });
  return once(pipeline.findChampion, { name, account, kind });
}

it('says of a champion that answers rows of another kind that it cannot be asked', async () => {
  expect((await found('classification', 'chat'))?.gone).toMatch(
    /was trained on classification rows and answers no chat/,
  );
  expect((await found('completion', 'chat'))?.gone).toMatch(/answers no chat rows/);
  expect((await found('chat', 'chat'))?.gone).toBeUndefined();
});

it('tells how its own run asked it, and by Converse what that run asked in another way', async () => {
  const of = (train: object, evaluate: object) =>
    specSchema.parse({ name: 'reviews', data: { source: 'data.jsonl' }, train, evaluate, deploy: { to: 'none' } });
  const transform = of({ engine: 'sagemaker', script: 'train.py' }, { instance: 'ml.g5.xlarge' });
  expect((await found('chat', 'chat', { spec: transform }))?.spec.evaluate).toEqual({
    by: 'transform',
    instance: 'ml.g5.xlarge',
  });
  const batch = of(
    { engine: 'bedrock', base: 'amazon.nova-lite-v1:0' },
    { by: 'batch', system: 'Be brief.', maxTokens: 9 },
  );
  expect((await found('chat', 'chat', { spec: batch }))?.spec.evaluate).toEqual({
    by: 'converse',
    maxTokens: 9,
    temperature: 0,
    concurrency: 8,
    system: 'Be brief.',
  });
});
