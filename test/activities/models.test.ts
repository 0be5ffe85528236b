import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import { account, pipeline, settled } from '../support/activities.ts';

const serving = { image: 'image', environment: {} };
const newName = () => `model-${randomUUID().slice(0, 8)}`;

it('run:NAME is the newest model of that name that was published, whenever it was written', async () => {
  const name = newName();
  const publish = (id: string, startedAt: string) =>
    settled(pipeline.publishModel, {
      run: { name, id },
      account,
      model: { engine: 'sagemaker', artifact: `s3://bucket/${id}/model.tar.gz`, serving },
      startedAt,
    });
  await publish('newer1', '2026-11-23T12:00:00.000Z');
  await publish('older1', '2026-11-22T12:00:00.000Z');
  expect(await settled(pipeline.resolveBase, { base: `run:${name}`, account })).toEqual({
    engine: 'sagemaker',
    artifact: 's3://bucket/newer1/model.tar.gz',
    serving,
    run: `temper/${name}/newer1`,
  });
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
