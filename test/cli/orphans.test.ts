/** Runs that are terminated have no chance to clean up: what they leave is found by its tags. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListEvaluationJobsCommand, ListModelInvocationJobsCommand } from '@aws-sdk/client-bedrock';
import { CreateMultipartUploadCommand } from '@aws-sdk/client-s3';
import {
  CreateModelCommand,
  DescribeEndpointCommand,
  ListTrainingJobsCommand,
  ListTransformJobsCommand,
} from '@aws-sdk/client-sagemaker';
import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import type { Orphan } from '../../cli/orphans/orphan.ts';
import { ownBedrock } from '../local/bedrock/support.ts';
import { IMAGE, ownSageMaker, ROLE } from '../local/sagemaker/support.ts';
import { clients } from '../support/activities.ts';
import { type KeywordOptions, keywordRows, writeKeywordProject } from '../support/keyword-project.ts';
import { temporaryDirectory } from '../support/region.ts';
import { cli, startCli, until } from './support/cli.ts';
import { type Env, ownNamespace } from './support/pipeline.ts';

/** Answers nobody, neither a transform job nor a smoke test, until the file is there. */
const silentUntil = (file: string): string => `
import pathlib, time

def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    return body

def predict_fn(data, model):
    while not pathlib.Path("${file}").exists():
        time.sleep(0.05)

def output_fn(prediction, accept):
    return "", accept
`;

/** A worker on real activities, until the test is over. */
async function startWorker(env: Env): Promise<void> {
  const worker = startCli(['worker'], { env });
  onTestFinished(async () => {
    worker.interrupt();
    await worker.done;
  });
  await until(() => worker.stdout().includes('worker ready'));
}

/** Starts a run, and gives its workflow id once its data is uploaded. */
async function started(env: Env, options: KeywordOptions): Promise<string> {
  const { specFile } = await writeKeywordProject(await temporaryDirectory(), options);
  const { stdout } = await cli(['run', specFile, '--detach', '--json'], { env });
  return (JSON.parse(stdout) as { run: string }).run;
}

async function terminate(env: Env, run: string): Promise<void> {
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  try {
    const client = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '' });
    await client.workflow.getHandle(run).terminate();
  } finally {
    await connection.close();
  }
}

/** What is told of a model's orphans, as `kind name`; other tests work in the same region. */
async function orphansOf(env: Env, name: string, ...options: string[]): Promise<(Orphan & { removed?: boolean })[]> {
  const { stdout } = await cli(['orphans', '--json', ...options], { env });
  const { orphans } = JSON.parse(stdout) as { orphans: Orphan[] };
  return orphans.filter((orphan) => orphan.run.startsWith(`temper/${name}`));
}

const short = ({ kind, name }: Orphan): string => `${kind} ${name}`;
const newName = (): string => `orphan-${randomUUID().slice(0, 8)}`;
const DELETE = ['--delete', '--yes'];

async function trainingStatus(name: string): Promise<(string | undefined)[]> {
  const jobs = await clients.sagemaker.send(new ListTrainingJobsCommand({ NameContains: name }));
  return (jobs.TrainingJobSummaries ?? []).map(({ TrainingJobStatus }) => TrainingJobStatus);
}

async function transformStatus(name: string): Promise<(string | undefined)[]> {
  const jobs = await clients.sagemaker.send(new ListTransformJobsCommand({ NameContains: name }));
  return (jobs.TransformJobSummaries ?? []).map(({ TransformJobStatus }) => TransformJobStatus);
}

it('a run terminated in its training: the job is found and stopped; one that is open keeps its own', async () => {
  const env = await ownNamespace();
  await startWorker(env);
  const name = newName();
  const open = await started(env, { name, waitFor: '/nowhere/never' });
  const run = await started(env, { name, waitFor: '/nowhere/never' });
  await until(async () => (await trainingStatus(name)).filter((status) => status === 'InProgress').length === 2);
  await terminate(env, run);

  const job = `${name}-${run.split('/')[2]}-train`;
  expect(await orphansOf(env, name)).toMatchObject([
    { kind: 'training job', name: job, run, ended: 'terminated', status: 'InProgress', bills: true },
  ]);
  const told = await cli(['orphans'], { env });
  expect(told.stdout).toContain(job);
  expect(told.stdout).toContain('take them away with: temper orphans --delete');

  // Where nobody can be asked, nothing is done.
  const unasked = await cli(['orphans', '--delete'], { env });
  expect(unasked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('add --yes') });
  // To another Temporal both runs are unknown, and perhaps open in a third.
  const elsewhere = await orphansOf(await ownNamespace(), name, ...DELETE);
  expect(elsewhere.map(({ ended, removed }) => [ended, removed])).toEqual([
    ['unknown', undefined],
    ['unknown', undefined],
  ]);
  expect((await trainingStatus(name)).sort()).toEqual(['InProgress', 'InProgress']);

  const asked = startCli(['orphans', '--delete'], { env, terminal: true });
  await until(() => /delete (it|these \d+)\? \[y\/N\]/.test(asked.stdout() + asked.stderr()));
  asked.type('n');
  expect(await asked.done).toMatchObject({ exitCode: 1 });

  expect(await orphansOf(env, name, ...DELETE)).toMatchObject([{ name: job, removed: true }]);
  expect((await trainingStatus(name)).sort()).toEqual(['InProgress', 'Stopped']);
  expect(await orphansOf(env, name, ...DELETE)).toEqual([]);
  await cli(['cancel', open], { env });
});

it('a run on Bedrock terminated in its training: the job is stopped, and the model deleted of one that nobody waited for', async () => {
  const holding = { rules: [{ operation: 'CreateModelCustomizationJob', hold: 'training' as const }] };
  const world = await ownBedrock({ faults: holding });
  const env = { ...(await ownNamespace()), AWS_ENDPOINT_URL_BEDROCK: world.url };
  await startWorker(env);
  const name = newName();
  /** A run whose customization job is under way, terminated; gives the job's name. */
  const terminated = async (): Promise<string> => {
    const directory = await temporaryDirectory();
    const specFile = join(directory, 'temper.yaml');
    const rows = keywordRows(60).map((row) => `${JSON.stringify(row)}\n`);
    await writeFile(join(directory, 'data.jsonl'), rows.join(''));
    await writeFile(
      specFile,
      `name: ${name}\ndata: { source: data.jsonl }\ntrain: { engine: bedrock, base: amazon.nova-lite-v1:0 }\n`,
    );
    const { stdout } = await cli(['run', specFile, '--yes', '--detach', '--json'], { env });
    const { run } = JSON.parse(stdout) as { run: string };
    const job = `${name}-${run.split('/')[2]}-train`;
    await until(async () => (await world.job(job).catch(() => undefined))?.status === 'InProgress');
    await terminate(env, run);
    return job;
  };

  const first = await terminated();
  expect(await orphansOf(env, name)).toMatchObject([
    { kind: 'customization job', name: first, ended: 'terminated', status: 'InProgress', bills: true },
  ]);
  expect(await orphansOf(env, name, ...DELETE)).toMatchObject([{ removed: true }]);
  expect((await world.job(first)).status).toBe('Stopped');

  const second = await terminated();
  world.server?.setFaults({ rules: [] });
  const { outputModelName = '' } = await world.over(second);
  expect((await orphansOf(env, name)).map(short)).toEqual([`custom model ${outputModelName}`]);
  expect(await orphansOf(env, name, ...DELETE)).toMatchObject([{ removed: true }]);
  expect(await orphansOf(env, name)).toEqual([]);
});

it.each([
  ['batch inference job', '{ by: batch }', 'CreateModelInvocationJob', 600],
  ['evaluation job', '{ by: bedrock-job, job: { metrics: [Builtin.Accuracy] } }', 'CreateEvaluationJob', 60],
] as const)(
  'a run on Bedrock terminated in its evaluation: %s of each contender',
  async (kind, how, operation, rows) => {
    const world = await ownBedrock({ faults: { rules: [{ operation, slowStart: '1h' }] } });
    const env = {
      ...(await ownNamespace()),
      AWS_ENDPOINT_URL_BEDROCK: world.url,
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: world.url,
    };
    await startWorker(env);
    const name = newName();
    const directory = await temporaryDirectory();
    const specFile = join(directory, 'temper.yaml');
    const lines = keywordRows(rows).map((row) => `${JSON.stringify(row)}\n`);
    await writeFile(join(directory, 'data.jsonl'), lines.join(''));
    await writeFile(
      specFile,
      `name: ${name}\ndata: { source: data.jsonl }\ntrain: { engine: bedrock, base: amazon.nova-lite-v1:0 }\nevaluate: ${how}\n`,
    );
    const { stdout } = await cli(['run', specFile, '--yes', '--detach', '--json'], { env });
    const { run } = JSON.parse(stdout) as { run: string };
    const jobs = async () => [
      ...((await world.bedrock.send(new ListModelInvocationJobsCommand({}))).invocationJobSummaries ?? []),
      ...((await world.bedrock.send(new ListEvaluationJobsCommand({}))).jobSummaries ?? []),
    ];
    await until(async () => (await jobs()).length === 2);
    await terminate(env, run);

    const base = `${name}-${run.split('/')[2]}`;
    const found = await orphansOf(env, name);
    const those = found.map(short).filter((orphan) => orphan.startsWith(kind));
    expect(those.sort()).toEqual([`${kind} ${base}-eval-base`, `${kind} ${base}-eval-candidate`]);
    await orphansOf(env, name, ...DELETE);
    expect((await jobs()).map(({ status }) => status)).toEqual(['Stopped', 'Stopped']);
  },
);

it('Bedrock that may not be looked at keeps nobody from the rest, and is told', async () => {
  const world = await ownBedrock({
    faults: { rules: [{ operation: 'ListModelCustomizationJobs', error: 'AccessDeniedException' }] },
  });
  const env = { ...(await ownNamespace()), AWS_ENDPOINT_URL_BEDROCK: world.url };
  const { exitCode, stderr } = await cli(['orphans'], { env });
  expect(stderr).toContain('Bedrock was not looked at');
  expect(exitCode).toBe(0);
});

it('a run terminated in its evaluation: transform job and model', async () => {
  const env = await ownNamespace();
  await startWorker(env);
  const name = newName();
  const run = await started(env, { name, inference: silentUntil('/nowhere/never') });
  await until(async () => (await transformStatus(name)).includes('InProgress'));
  await terminate(env, run);

  const base = `${name}-${run.split('/')[2]}`;
  expect((await orphansOf(env, name)).map(short)).toEqual([`transform job ${base}-eval-candidate`, `model ${base}`]);
  expect((await orphansOf(env, name, ...DELETE)).map(({ removed }) => removed)).toEqual([true, true]);
  expect(await transformStatus(name)).toEqual(['Stopped']);
  expect(await orphansOf(env, name)).toEqual([]);
});

it('a run terminated in its deployment: the endpoint goes, or back to the model that was handed over', async () => {
  const env = await ownNamespace();
  await startWorker(env);
  const [created, updated] = [newName(), newName()];
  const deploys = { rest: 'deploy: { to: sagemaker-endpoint }', evaluated: false };
  const first = await started(env, { name: updated, ...deploys });
  await cli(['watch', first], { env });
  const go = join(await temporaryDirectory(), 'go');
  const silent = { ...deploys, inference: silentUntil(go) };
  const runs = [await started(env, { name: created, ...silent }), await started(env, { name: updated, ...silent })];
  const statusOf = async (EndpointName: string): Promise<unknown> =>
    clients.sagemaker.send(new DescribeEndpointCommand({ EndpointName })).then(
      ({ EndpointStatus, EndpointConfigName }) => [EndpointStatus, EndpointConfigName],
      () => 'none',
    );
  const [creating = '', updating = ''] = runs.map((run) => run.split('/').slice(1).join('-'));
  await until(async () => String(await statusOf(created)) === `InService,${creating}`);
  await until(async () => String(await statusOf(updated)) === `InService,${updating}`);
  for (const run of runs) await terminate(env, run);
  // SageMaker takes no fleet away from a call that is under way.
  await writeFile(go, '');

  const firstConfig = first.split('/').slice(1).join('-');
  expect(await orphansOf(env, created)).toMatchObject([
    { kind: 'endpoint', name: created, bills: true },
    { kind: 'endpoint config', name: creating, bills: false },
    { kind: 'model', name: creating, bills: false },
  ]);
  expect(await orphansOf(env, updated)).toMatchObject([
    { kind: 'endpoint', name: updated, previous: firstConfig },
    { kind: 'endpoint config', name: updating },
    { kind: 'model', name: updating },
  ]);
  expect((await orphansOf(env, 'orphan-', ...DELETE)).every(({ removed }) => removed)).toBe(true);
  expect(await statusOf(created)).toBe('none');
  expect(await statusOf(updated)).toEqual(['InService', firstConfig]);
  // What was handed over stays, with all that it needs.
  expect([...(await orphansOf(env, created)), ...(await orphansOf(env, updated))]).toEqual([]);
});

it('an unfinished upload of a name whose runs are over', async () => {
  const env = await ownNamespace();
  await startWorker(env);
  const name = newName();
  const Bucket = env.TEMPER_BUCKET ?? '';
  const Key = `temper/${name}/data/abc/train/train.jsonl`;
  await clients.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
  expect(await orphansOf(env, name)).toMatchObject([{ kind: 'upload', name: Key, ended: 'unknown', bills: true }]);
  const run = await started(env, { name, waitFor: '/nowhere/never' });
  await until(async () => (await orphansOf(env, name)).length === 0);
  await terminate(env, run);
  await until(async () => (await orphansOf(env, name)).some(({ ended }) => ended === 'terminated'));
  const told = await orphansOf(env, name, ...DELETE);
  expect(told.map(({ kind, removed }) => [kind, removed])).toEqual([
    ['training job', true],
    ['upload', true],
  ]);
  expect(await orphansOf(env, name)).toEqual([]);
});

it('finds all of a list that is longer than a page, while AWS throttles', async () => {
  const { sagemaker, server, url } = await ownSageMaker();
  const names = Array.from({ length: 105 }, (_, index) => `long-list-${1000 + index}`);
  for (const ModelName of names) {
    await sagemaker.send(
      new CreateModelCommand({
        ModelName,
        ExecutionRoleArn: ROLE,
        PrimaryContainer: { Image: IMAGE },
        Tags: [{ Key: 'temper:run', Value: `temper/long-list/${ModelName.slice(-4)}` }],
      }),
    );
  }
  // Called so, and not tagged.
  await sagemaker.send(
    new CreateModelCommand({ ModelName: 'long-list-9999', ExecutionRoleArn: ROLE, PrimaryContainer: { Image: IMAGE } }),
  );
  // More in a row than the SDK tries.
  const throttled = { times: 4, error: 'ThrottlingException' };
  server?.setFaults({ rules: ['ListModels', 'ListTags'].map((operation) => ({ operation, ...throttled })) });
  const env = { ...(await ownNamespace()), AWS_ENDPOINT_URL_SAGEMAKER: url };
  expect((await orphansOf(env, 'long-list')).map(({ name }) => name).sort()).toEqual(names);
});
