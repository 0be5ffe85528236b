import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { heartbeat } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { PIPELINE_TASK_QUEUE } from '../../spec/naming.ts';
import type { RunRecord } from '../../spec/record.ts';
import { scoresWith, underWay } from '../workflows/fake-activities.ts';
import { cli, startCli, until } from './support/cli.ts';
import { ownNamespace, project, SPEC, startPipeline, trainedBy } from './support/pipeline.ts';

const RUN_ID = /temper\/reviews\/[a-z0-9]{6}/;

const runIn = (text: string): string => RUN_ID.exec(text)?.[0] ?? 'no run';

it('follows a run to its end, a line for each stage', async () => {
  const env = await ownNamespace();
  await startPipeline(env);
  const { exitCode, stdout, stderr } = await cli(['run', 'temper.yaml'], { env, cwd: await project(SPEC) });
  const run = runIn(stdout);
  const told = stdout
    .replaceAll(run, 'RUN')
    .replace(/sha256:\w{4}/, 'sha256:HASH')
    .replaceAll(/ +\d+\.\d s/g, '  TIME')
    .replace(/reviews-\w{6}-train/g, 'JOB');
  expect(told.split('\n').map((line) => line.trimEnd())).toEqual([
    expect.stringMatching(/^ {2}run {8}RUN {3}watch it: http.+\/workflows\/temper%2Freviews%2F\w{6}$/),
    '',
    expect.stringMatching(/^ {2}✔ data {7}40 rows · 2 splits · sha256:HASH…/),
    expect.stringMatching(/^ {2}✔ train {6}sagemaker · JOB.* loss 0.40$/),
    expect.stringMatching(/^ {2}✔ evaluate {3}accuracy base 0.60 → candidate 0.80/),
    expect.stringMatching(/^ {2}✔ gate {7}accuracy 0.80 ≥ 0.70 · beats base by 0.20/),
    expect.stringMatching(/^ {2}✔ deploy {5}endpoint reviews created · smoke test ok/),
    '',
    '  try it: temper invoke reviews --text "..."',
    '',
  ]);
  expect(stderr).toContain(`in         Temporal at ${env.TEMPORAL_ADDRESS}`);
  expect(exitCode).toBe(0);
});

it('prints the record, and nothing else, with --json; sets values of the spec', async () => {
  const env = await ownNamespace();
  await startPipeline(env);
  const options = { env, cwd: await project(SPEC) };
  const { exitCode, stdout, stderr } = await cli(
    ['run', 'temper.yaml', '--json', '--set', 'train.hyperparameters.epochs=5'],
    options,
  );
  const record = JSON.parse(stdout) as RunRecord;
  expect(record).toMatchObject({ outcome: 'passed', spec: { train: { hyperparameters: { epochs: 5 } } } });
  const events = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string });
  expect(events.map(({ event }) => event)).toEqual(expect.arrayContaining(['run.started', 'stage.finished']));
  expect(exitCode).toBe(0);

  const shown = await cli(['show', record.run, '--json'], options);
  expect(JSON.parse(shown.stdout)).toEqual(record);
});

it('says nothing but how the run ended with --quiet', async () => {
  const env = await ownNamespace();
  await startPipeline(env);
  const { exitCode, stdout, stderr } = await cli(['run', 'temper.yaml', '--quiet'], { env, cwd: await project(SPEC) });
  expect([exitCode, stdout, stderr]).toEqual([0, '  try it: temper invoke reviews --text "..."\n', '']);
});

it('starts nothing that could cost more than its budget, by the prices of the user before those of temper', async () => {
  const env = { ...(await ownNamespace()), TEMPER_PRICES: 'prices.json' };
  const cwd = await project(`${SPEC}budget: 1 USD\n`);
  const priced = async (transform: Record<string, number>, ...options: string[]) => {
    const region = { sources: ['a contract'], training: { 'ml.m5.large': 0.5 }, transform };
    await writeFile(
      join(cwd, 'prices.json'),
      JSON.stringify({ unit: 'USD per instance and hour', regions: { 'us-east-1': region } }),
    );
    return JSON.parse((await cli(['run', 'temper.yaml', '--json', ...options], { env, cwd })).stdout) as RunRecord & {
      error: { code: string; message: string };
    };
  };
  const unpriced = ['--set', 'evaluate.instance=ml.m4.xlarge'];
  expect((await priced({}, ...unpriced)).error).toMatchObject({ code: 'PriceUnknown' });
  const { error } = await priced({ 'ml.m5.large': 0.3 });
  expect(error).toMatchObject({ code: 'BudgetExceeded', message: expect.stringContaining('could cost 1.10 USD') });
  expect(JSON.parse((await cli(['ls', '--json'], { env })).stdout)).toMatchObject({ runs: [] });

  await startPipeline(env);
  expect(await priced({ 'ml.m5.large': 0.2 })).toMatchObject({ outcome: 'passed' });
});

it('ends with 3 for a model that the gate rejects, with each rule and its values', async () => {
  const env = await ownNamespace();
  await startPipeline(env, {
    awaitEvaluation: async () => ({
      removed: [],
      evaluations: {
        base: { scores: scoresWith(70), predictions: 's3://b/base' },
        candidate: { scores: scoresWith(72), predictions: 's3://b/candidate' },
      },
    }),
  });
  const { exitCode, stdout } = await cli(['run', 'temper.yaml'], { env, cwd: await project(SPEC) });
  expect(stdout).toContain('rejected by the gate: nothing was deployed');
  expect(stdout).toMatch(/✔ accuracy >= 0.70 +accuracy 0.7200 is >= 0.7000/);
  expect(stdout).toMatch(/✖ accuracy >= base \+ 0.05 +accuracy 0.7200 is not >= 0.7500 \(base 0.7000\)/);
  expect(exitCode).toBe(3);
});

it('ends with 1 for a job that fails, with its traceback whole and what to do', async () => {
  const traceback = ['Traceback (most recent call last):', '  File "train.py", line 3, in <module>', 'KeyError: 7'];
  const env = await ownNamespace();
  await startPipeline(env, {
    awaitTraining: async () => {
      throw ApplicationFailure.nonRetryable('training job failed: exit code 1', 'JobFailed', { log: traceback });
    },
  });
  const options = { env, cwd: await project(SPEC) };
  const { exitCode, stdout } = await cli(['run', 'temper.yaml'], options);
  expect(stdout).toMatch(/✖ train/);
  expect(stdout).toContain('failed in train (JobFailed): training job failed: exit code 1');
  for (const line of traceback) expect(stdout).toContain(`│ ${line}\n`);
  expect(stdout).toContain(`temper logs ${runIn(stdout)}`);
  expect(exitCode).toBe(1);
});

it('stops following on Ctrl-C while the run goes on, and can be watched to its end', async () => {
  const env = await ownNamespace();
  let finish = false;
  await startPipeline(env, {
    awaitTraining: async (job) => {
      if (!finish) throw underWay(200);
      return {
        engine: 'sagemaker',
        artifact: 's3://b/m',
        jobName: job.jobName,
        jobArn: 'arn',
        instance: 'ml.m5.large',
        metrics: {},
        trainingSeconds: 1,
        billedSeconds: 1,
      };
    },
  });
  const options = { env, cwd: await project(SPEC) };
  const following = startCli(['run', 'temper.yaml'], options);
  await until(() => following.stdout().includes('✔ data'));
  following.interrupt();
  const { exitCode, stdout, stderr } = await following.done;
  const run = runIn(stdout);
  expect(exitCode).toBe(130);
  expect(stderr).toContain(`stopped following; the run goes on: temper watch ${run}`);

  finish = true;
  const watched = await cli(['watch', run.split('/')[2] ?? ''], options);
  expect(watched.stdout).toContain('✔ deploy');
  expect(watched.exitCode).toBe(0);
});

it('returns once the inputs are uploaded with --detach; cancel then waits for the clean-up', async () => {
  const env = await ownNamespace();
  const stopped: string[] = [];
  await startPipeline(env, {
    awaitTraining: async () => {
      throw underWay('10 minutes');
    },
    stopTraining: async ({ jobName }) => {
      stopped.push(jobName);
    },
  });
  const options = { env, cwd: await project(SPEC) };
  const detached = await cli(['run', 'temper.yaml', '--detach', '--json'], options);
  const { run } = JSON.parse(detached.stdout) as { run: string };
  expect(detached.exitCode).toBe(0);
  const [, , id] = run.split('/');

  const cancelled = await cli(['cancel', run], options);
  expect(stopped).toEqual([`reviews-${id}-train`]);
  expect(cancelled.stdout).toContain(`cancelled while in train; training job reviews-${id}-train is stopped`);
  expect(cancelled.exitCode).toBe(0);

  const watched = await cli(['watch', run, '--json'], options);
  expect([watched.exitCode, JSON.parse(watched.stdout)]).toEqual([
    4,
    expect.objectContaining({ run, outcome: 'cancelled' }),
  ]);
  expect(JSON.parse((await cli(['cancel', run, '--json'], options)).stdout)).toEqual(JSON.parse(watched.stdout));
  const again = await cli(['cancel', run], options);
  expect(again).toMatchObject({ exitCode: 0, stdout: `${run} was cancelled before\n` });
});

it('says that no worker is there, and that the run waits', async () => {
  const env = await ownNamespace();
  const following = startCli(['run', 'temper.yaml'], { env, cwd: await project(SPEC) });
  await until(() => following.stderr().includes('no worker answers'));
  expect(following.stderr()).toContain('start it with: temper worker');
  following.interrupt();
  const { stdout, stderr } = await following.done;
  expect(stderr).toContain(`the run waits for its files; go on with: temper upload ${runIn(stdout)}`);

  const shown = await cli(['show', runIn(stdout), '--json'], { env });
  expect(JSON.parse(shown.stdout)).toMatchObject({ error: { code: 'NoWorker' } });
  expect(shown.exitCode).toBe(1);
});

it('takes an interrupted upload up again', async () => {
  const env = await ownNamespace();
  const options = { env, cwd: await project(SPEC) };
  const following = startCli(['run', 'temper.yaml'], options);
  await until(() => RUN_ID.test(following.stdout()));
  following.interrupt();
  const run = runIn((await following.done).stdout);

  await startPipeline(env);
  const uploaded = await cli(['upload', run, '--json'], options);
  expect(JSON.parse(uploaded.stdout)).toMatchObject({ run, data: { labels: ['bad', 'good'] } });
  expect(uploaded.exitCode).toBe(0);
  expect(await cli(['watch', run], options)).toMatchObject({ exitCode: 0 });
});

it('does not take up an upload on a machine that lacks the files', async () => {
  const env = await ownNamespace();
  const cwd = await project(SPEC);
  const following = startCli(['run', 'temper.yaml'], { env, cwd });
  await until(() => RUN_ID.test(following.stdout()));
  following.interrupt();
  const run = runIn((await following.done).stdout);
  await rm(`${cwd}/train.py`);
  const uploaded = await cli(['upload', run, '--json'], { env });
  expect(JSON.parse(uploaded.stdout)).toMatchObject({ error: { code: 'FilesMissing' } });
  expect(uploaded.exitCode).toBe(2);
});

it('redraws one line on a terminal, with what the job is doing and its last metrics', async () => {
  const env = await ownNamespace();
  let finish = false;
  const progress = { resource: 'job', status: 'InProgress', secondaryStatus: 'Training', metrics: { loss: 0.5 } };
  await startPipeline(env, {
    awaitTraining: async ({ jobName }) => {
      heartbeat(progress);
      if (!finish) throw underWay(200);
      return trainedBy(jobName);
    },
  });
  const following = startCli(['run', 'temper.yaml'], { env, cwd: await project(SPEC), terminal: true });
  await until(() => following.stdout().includes('job · Training · loss 0.50'));
  finish = true;
  const { exitCode, stdout } = await following.done;
  expect(stripVTControlCharacters(stdout)).toMatch(/\r {2}[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] train +job · Training · loss 0.50 +\d\.\d s/u);
  expect(stdout).not.toContain('· train      job');
  expect(exitCode).toBe(0);
});

it('starts a run of a given id once', async () => {
  const env = await ownNamespace();
  await startPipeline(env);
  const cwd = await project(SPEC);
  const run = (...more: string[]) => cli(['run', 'temper.yaml', '--id', 'build42', ...more], { env, cwd });
  expect((await run()).stdout).toContain('temper/reviews/build42');
  const twice = await run('--json');
  expect(twice.exitCode).toBe(2);
  expect(JSON.parse(twice.stdout)).toMatchObject({ error: { code: 'RunExists' } });
  expect(await cli(['run', 'temper.yaml', '--id', 'Build 42'], { env, cwd })).toMatchObject({ exitCode: 2 });
});

it('refuses what a temper of another version wrote, and says so', async () => {
  const env = await ownNamespace();
  await startPipeline(env);
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  const client = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '' });
  const input = { run: { name: 'reviews', id: 'older1' }, spec: {}, account: {}, directory: '/nowhere' };
  const options = { workflowId: 'temper/reviews/older1', taskQueue: PIPELINE_TASK_QUEUE, args: [input] };
  const handle = await client.workflow.start('fineTune', options);
  await expect(handle.result()).rejects.toThrow();
  await connection.close();
  for (const command of ['watch', 'show', 'upload']) {
    const { exitCode, stdout } = await cli([command, options.workflowId, '--json'], { env });
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'OtherVersion' } });
    expect(exitCode).toBe(1);
  }
});
