import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import type { History } from '../../cli/versions/history.ts';
import { s3Keys } from '../../spec/naming.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import type { HandedDown, ModelCard } from '../../spec/version.ts';
import { account, clients } from '../support/activities.ts';
import { handedDown } from '../support/hand-over.ts';
import { sharedRegion } from '../support/region.ts';
import { expectExit } from '../support/runs.ts';
import { scoresWith } from '../workflows/fake-activities.ts';
import { cli } from './support/cli.ts';

const { env } = sharedRegion();
const newName = (): string => `history-${randomUUID().slice(0, 8)}`;

/** A version of the name that was handed over at that minute of an hour. */
async function version(
  name: string,
  minute: number,
  record: Partial<HandedDown> = {},
  writtenBy = RUN_VERSION,
): Promise<void> {
  const id = `run${String(minute).padStart(4, '0')}`;
  const handedOverAt = new Date(Date.UTC(2026, 10, 25, 12, minute)).toISOString();
  const serving = { image: 'image', environment: {} };
  const card: ModelCard = {
    version: writtenBy,
    run: `temper/${name}/${id}`,
    handedOverAt,
    model: { engine: 'sagemaker', artifact: `s3://bucket/${id}/model.tar.gz`, serving },
    record: { ...handedDown, ...record },
  };
  const Key = `${s3Keys.modelCards(name)}${handedOverAt.replaceAll(':', '')}-${id}.json`;
  await clients.s3.send(new PutObjectCommand({ Bucket: account.bucket, Key, Body: JSON.stringify(card) }));
}

const { spec } = handedDown;
const onEndpoint = (endpoint: string): HandedDown['spec'] => ({
  ...spec,
  deploy: { to: 'sagemaker-endpoint', endpoint, instance: 'ml.t2.medium', instanceCount: 1 },
});
const evaluated: Partial<HandedDown> = {
  startedBy: { how: 'cli', by: 'ana' },
  evaluations: { candidate: { scores: scoresWith(80), predictions: 's3://bucket/p.jsonl' } },
  gate: [{ rule: 'accuracy >= 0.7', passed: true, value: 0.8, threshold: 0.7, reason: 'accuracy 0.8 >= 0.7' }],
};

it('tells each version, why it was handed over, what it served as, and until when', async () => {
  const name = newName();
  await version(name, 1, { spec: onEndpoint(name) });
  await version(name, 2, { spec: onEndpoint(`${name}-eu`) });
  const reason = '520 rows are new';
  const decision = { firing: 'f', at: '2026-11-25T12:03:00Z', decided: 'train', reason, findings: [] } as const;
  await version(name, 3, { startedBy: { how: 'schedule' }, decision });
  await version(name, 4, { ...evaluated, spec: onEndpoint(name) });
  const { stdout } = await cli(['history', name, '--json'], { env });
  const { total, versions } = JSON.parse(stdout) as History;
  expect(total).toBe(4);
  expect(versions.map(({ version: number, serves, until }) => [number, serves?.name, until])).toEqual([
    [4, name, undefined],
    [3, undefined, undefined],
    [2, `${name}-eu`, undefined],
    [1, name, '2026-11-25T12:04:00.000Z'],
  ]);
  expect(versions[0]).toMatchObject({
    run: `temper/${name}/run0004`,
    startedBy: { by: 'ana' },
    gate: [{ passed: true }],
  });
  // No such endpoint was ever made here.
  expect(versions.map(({ now }) => now?.state)).toEqual(['gone', undefined, 'gone', undefined]);
  const { stdout: text } = await cli(['history', name], { env });
  expect(text).toContain(`4  2026-11-25 12:04 UTC  was put on endpoint ${name}, which is gone\n`);
  expect(text).toContain('accuracy 0.80 ≥ 0.70 · started by ana');
  expect(text).toContain('started by its schedule: 520 rows are new\n');
  expect(text).toContain(`1  2026-11-25 12:01 UTC  served as endpoint ${name} until 2026-11-25 12:04 UTC\n`);
});

it('tells what Temper has done where AWS cannot be asked what serves', async () => {
  const name = newName();
  await version(name, 1, { spec: onEndpoint(name) });
  const unreachable = { ...env, AWS_ENDPOINT_URL_SAGEMAKER: 'http://127.0.0.1:9', AWS_MAX_ATTEMPTS: '1' };
  const result = await cli(['history', name], { env: unreachable });
  expectExit(result, EXIT.done);
  expect(result.stdout).toContain(`serves as endpoint ${name}\n`);
});

it('of a name with 500 versions few are read', async () => {
  const name = newName();
  for (let start = 0; start < 500; start += 50) {
    await Promise.all(Array.from({ length: 50 }, (_, i) => version(name, start + i)));
  }
  const result = await cli(['history', name, '--limit', '2', '--json'], { env });
  expectExit(result, EXIT.done);
  const { total, versions } = JSON.parse(result.stdout) as History;
  expect({ total, told: versions.map((each) => each.version) }).toEqual({ total: 500, told: [500, 499] });
});

it('a name without versions, and a bucket that is not given, are told', async () => {
  const none = await cli(['history', newName(), '--json'], { env });
  expectExit(none, EXIT.usage);
  expect(JSON.parse(none.stdout)).toMatchObject({ error: { code: 'NoVersions' } });
  const nowhere = await cli(['history', newName(), '--json'], { env: { ...env, TEMPER_BUCKET: '' } });
  expect(JSON.parse(nowhere.stdout)).toMatchObject({ error: { code: 'AccountIncomplete' } });
});

it('says what to do about a version that a temper of another version wrote', async () => {
  const name = newName();
  await version(name, 1, {}, RUN_VERSION + 1);
  const { exitCode, stdout } = await cli(['history', name, '--json'], { env });
  expect(exitCode).toBe(EXIT.failed);
  expect(JSON.parse(stdout).error).toMatchObject({
    code: 'OtherVersion',
    message: expect.stringContaining('was written by a temper of another version'),
    fix: expect.stringContaining('install the same version'),
  });
});
