/** A run that waits for something from outside says for what, wherever it is looked at. */
import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { waitingText } from '../../spec/waiting.ts';
import { type AllActivities, fakeActivities, underWay } from '../workflows/fake-activities.ts';
import { cli, startCli, until } from './support/cli.ts';
import { ownNamespace, project, SPEC, startPipeline } from './support/pipeline.ts';

const failing = (type: string, message: string) => () =>
  Promise.reject(ApplicationFailure.create({ type, message, nextRetryDelay: '10 minutes' }));

const BEDROCK_SPEC = SPEC.replace(/^train.*$/m, 'train: { engine: bedrock, base: amazon.nova-lite-v1:0 }').replace(
  'sagemaker-endpoint',
  'bedrock-on-demand',
);

const EXPIRED = 'could not describe training job j: ExpiredTokenException: the security token is expired';

it.each<[string, Partial<AllActivities>, object, RegExp, spec?: string]>([
  [
    'quota, between two tries',
    { submitTraining: failing('QuotaExceeded', 'ResourceLimitExceeded: 0 instances') },
    { for: 'quota', of: 'ml.m5.large', tries: 1, since: expect.stringMatching(/Z$/) },
    /train +waiting for quota of ml\.m5\.large since \d\d:\d\d UTC, tried once, next try in \d+ s · ResourceLimitExceeded: 0 instances$/m,
  ],
  [
    'quota, in one activity',
    { submitCandidate: failing('QuotaExceeded', 'ServiceQuotaExceededException: 0 deployments') },
    { for: 'quota', of: 'custom model deployments', tries: 1 },
    /evaluate +waiting for quota of custom model deployments, tried once, next try in 10 min · ServiceQuota/m,
    BEDROCK_SPEC,
  ],
  [
    'credentials',
    { awaitTraining: failing('CredentialsRejected', EXPIRED) },
    { for: 'credentials', message: EXPIRED },
    /train +waiting for AWS credentials: sign in again where the worker runs, next try in 10 min · could not describe/m,
  ],
  [
    'the role',
    { submitTraining: failing('RoleNotReady', 'could not assume role r') },
    { for: 'role', tries: 1 },
    /train +waiting for a role that AWS can assume, tried once, next try in 10 min · could not assume role r$/m,
  ],
])('%s', async (_, activities, waiting, line, spec = SPEC) => {
  const env = await ownNamespace();
  await startPipeline(env, activities);
  const { stdout } = await cli(['run', 'temper.yaml', '--detach', '--json'], { env, cwd: await project(spec) });
  const { run } = JSON.parse(stdout) as { run: string };
  const shown = async (): Promise<{ waiting?: object }> =>
    JSON.parse((await cli(['show', run, '--json'], { env })).stdout) as { waiting?: object };
  await until(async () => (await shown()).waiting !== undefined);
  expect((await shown()).waiting).toMatchObject(waiting);
  expect((await cli(['show', run], { env })).stdout).toMatch(line);

  // Off a terminal it is told once, and not at each try.
  const watching = startCli(['watch', run], { env });
  await until(() => watching.stdout().includes('waiting for'));
  watching.interrupt();
  const told = (await watching.done).stdout.match(/waiting for .*/g);
  expect(told).toHaveLength(1);
  expect(told?.[0]).not.toContain('next try');
});

it('tells times of another day with their date, and all of them where nobody knows when they are read', () => {
  const waiting = {
    for: 'capacity',
    of: 'ml.p4d.24xlarge',
    since: '2026-11-23T22:01:30.000Z',
    tries: 60,
    nextTryAt: '2026-11-24T09:15:00.000Z',
    message: '',
  } as const;
  const first = 'waiting for capacity of ml.p4d.24xlarge since 2026-11-23 22:01 UTC, tried 60 times';
  expect(waitingText(waiting, new Date('2026-11-24T09:00:10.000Z'))).toBe(`${first}, next try in 15 min`);
  expect(waitingText(waiting, new Date('2026-11-23T23:00:00.000Z'))).toContain('since 22:01 UTC');
  expect(waitingText(waiting)).toBe(`${first}, next try at 2026-11-24 09:15 UTC`);
});

it('is listed as waiting while it does', async () => {
  const env = await ownNamespace();
  let quota = false;
  const { submitTraining } = fakeActivities().activities;
  await startPipeline(env, {
    submitTraining: async (input) => {
      if (!quota) throw ApplicationFailure.create({ type: 'QuotaExceeded', message: 'none' });
      return submitTraining(input);
    },
    awaitTraining: () => Promise.reject(underWay('10 minutes')),
  });
  const spec = SPEC.replace('script: train.py', 'script: train.py, maxWait: 3s');
  await cli(['run', 'temper.yaml', '--detach'], { env, cwd: await project(spec) });
  const listed = async (): Promise<string> => (await cli(['ls'], { env })).stdout;
  await until(async () => /train +waits for quota/.test(await listed()));
  quota = true;
  await until(async () => /train +running/.test(await listed()));
});
