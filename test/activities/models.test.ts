import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { HandOver } from '../../activities/models.ts';
import { newestVersions, withdrawModel } from '../../activities/models.ts';
import { account, clients, pipeline, settled } from '../support/activities.ts';
import { handedDown } from '../support/hand-over.ts';

const { s3 } = clients;
const serving = { image: 'image', environment: {} };
const newName = () => `model-${randomUUID().slice(0, 8)}`;
const artifactOf = (id: string) => `s3://bucket/${id}/model.tar.gz`;

function handOver(name: string, id: string): HandOver {
  const model = { engine: 'sagemaker' as const, artifact: artifactOf(id), serving };
  return { run: { name, id }, account, model, record: handedDown };
}

const publish = (name: string, id: string) => settled(pipeline.publishModel, handOver(name, id));
const idsOf = async (name: string, limit = 10) => {
  const { cards, total } = await newestVersions(s3, account.bucket, name, limit);
  return { total, versions: cards.map(({ number, card }) => [number, card.run.split('/')[2]]) };
};

it('versions are in the order of their hand-over, and run:NAME is the newest', async () => {
  const name = newName();
  await publish(name, 'zzzz01');
  await publish(name, 'aaaa02');
  expect(await idsOf(name)).toEqual({
    total: 2,
    versions: [
      [2, 'aaaa02'],
      [1, 'zzzz01'],
    ],
  });
  expect(await settled(pipeline.resolveBase, { base: `run:${name}`, account })).toEqual({
    engine: 'sagemaker',
    artifact: artifactOf('aaaa02'),
    serving,
    run: `temper/${name}/aaaa02`,
  });
});

it('a retry of a hand-over makes no second version, and what is taken back is none', async () => {
  const name = newName();
  await publish(name, 'aaaa01');
  await publish(name, 'aaaa02');
  await publish(name, 'aaaa01');
  expect((await idsOf(name)).versions).toEqual([
    [2, 'aaaa02'],
    [1, 'aaaa01'],
  ]);
  await withdrawModel(s3, handOver(name, 'aaaa02'));
  await withdrawModel(s3, handOver(name, 'aaaa02'));
  expect((await idsOf(name)).versions).toEqual([[1, 'aaaa01']]);
});

it.each([`run:${newName()}`, `s3://${account.bucket}/nowhere/model.tar.gz`])(
  'says that there is no %s',
  async (base) => {
    await expect(settled(pipeline.resolveBase, { base, account })).rejects.toMatchObject({
      type: 'BaseNotFound',
      nonRetryable: true,
    });
  },
);
