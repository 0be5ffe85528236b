/** Runs from the command line to SageMaker in the laptop region, with a worker in a process of its own. */
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DescribeEndpointCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListTrainingJobsCommand,
  ListTransformJobsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { EXIT, type ExitCode } from '../../cli/errors.ts';
import type { RunRecord } from '../../spec/record.ts';
import { type CliResult, cli, startCli, until } from '../cli/support/cli.ts';
import { type Env, ownNamespace } from '../cli/support/pipeline.ts';
import { type KeywordOptions, writeKeywordProject } from '../support/keyword-project.ts';
import { ownRegion, temporaryDirectory } from '../support/region.ts';
import { kill, startWorkerProcess } from './worker-process.ts';

interface Project {
  readonly name: string;
  readonly specFile: string;
  /** The training script of a project that waits, waits for this file. */
  readonly go: string;
}

async function project(options: Omit<KeywordOptions, 'name' | 'waitFor'> & { waits?: boolean } = {}): Promise<Project> {
  const { waits = false, ...rest } = options;
  const directory = await temporaryDirectory();
  const name = `e2e-${randomUUID().slice(0, 8)}`;
  const go = join(directory, 'go');
  const { specFile } = await writeKeywordProject(join(directory, 'project'), {
    name,
    ...rest,
    ...(waits ? { waitFor: go } : {}),
  });
  return { name, specFile, go };
}

function sagemaker(env: Env): SageMakerClient {
  const { AWS_ENDPOINT_URL_SAGEMAKER: endpoint = '', AWS_REGION: region = '' } = env;
  return new SageMakerClient({ endpoint, region, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } });
}

/** What SageMaker has of the project: the statuses of its jobs, and its models and endpoints. */
async function resourcesOf(env: Env, { name: NameContains }: Project) {
  const client = sagemaker(env);
  const training = await client.send(new ListTrainingJobsCommand({ NameContains }));
  const transform = await client.send(new ListTransformJobsCommand({ NameContains }));
  const models = await client.send(new ListModelsCommand({ NameContains }));
  const endpoints = await client.send(new ListEndpointsCommand({ NameContains }));
  return {
    training: (training.TrainingJobSummaries ?? []).map((job) => job.TrainingJobStatus),
    transform: (transform.TransformJobSummaries ?? []).map((job) => job.TransformJobStatus),
    models: (models.Models ?? []).length,
    endpoints: (endpoints.Endpoints ?? []).length,
  };
}

/** The record of the project's newest run. */
async function recordOf(env: Env, { name }: Project): Promise<RunRecord> {
  const { runs } = JSON.parse((await cli(['ls', '--name', name, '--json'], { env })).stdout) as {
    runs: { run: string }[];
  };
  return JSON.parse((await cli(['show', runs[0]?.run ?? '', '--json'], { env })).stdout) as RunRecord;
}

/** A command that ends otherwise shows what it said. */
function expectExit({ exitCode, stdout, stderr }: CliResult, expected: ExitCode): void {
  expect(exitCode, stdout + stderr).toBe(expected);
}

it('takes data to an endpoint that answers, and the record tells the whole story', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const reviews = await project();
  expectExit(await cli(['run', reviews.specFile], { env }), EXIT.done);
  const record = await recordOf(env, reviews);
  expect(record).toMatchObject({ outcome: 'passed', endpoint: { endpoint: reviews.name } });
  expect(record.evaluations?.candidate?.scores.metrics.accuracy).toBe(1);
  const answer = await cli(['invoke', reviews.name, '--text', 'good number7'], { env });
  expect(JSON.parse(answer.stdout)).toEqual({ label: 'positive' });
  expect(await resourcesOf(env, reviews)).toEqual({
    training: ['Completed'],
    transform: ['Completed'],
    models: 1,
    endpoints: 1,
  });
});

it('exits with 3 when the gate rejects, and touches no endpoint', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const hopeless = await project({ rest: 'gate: [accuracy > 1]\ndeploy: { to: sagemaker-endpoint }' });
  const run = await cli(['run', hopeless.specFile], { env });
  expect(run.exitCode).toBe(EXIT.rejected);
  expect(await resourcesOf(env, hopeless)).toMatchObject({ models: 0, endpoints: 0 });
});

it("brings a failing script's traceback to the terminal", async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const failing = await project({ fail: 'no such column: colour' });
  const run = await cli(['run', failing.specFile], { env });
  expect(run.exitCode).toBe(EXIT.failed);
  expect(run.stdout + run.stderr).toMatch(
    /Traceback \(most recent call last\):[\s\S]*ValueError: no such column: colour/,
  );
  expect(await resourcesOf(env, failing)).toMatchObject({ training: ['Failed'], models: 0, endpoints: 0 });
});

it('stops the training job when the run is cancelled', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const waiting = await project({ waits: true });
  const run = startCli(['run', waiting.specFile], { env });
  await until(async () => (await resourcesOf(env, waiting)).training.includes('InProgress'));
  const cancel = await cli(['cancel', waiting.name], { env });
  expect(cancel.exitCode).toBe(EXIT.done);
  expectExit(await run.done, EXIT.cancelled);
  expect(await resourcesOf(env, waiting)).toEqual({ training: ['Stopped'], transform: [], models: 0, endpoints: 0 });
});

it('goes on where it was when its worker is killed while the job runs', async () => {
  const env = await ownNamespace();
  const first = await startWorkerProcess(env);
  const waiting = await project({ waits: true });
  const run = startCli(['run', waiting.specFile], { env });
  await until(async () => (await resourcesOf(env, waiting)).training.includes('InProgress'));
  await kill(first, 'SIGKILL');
  await writeFile(waiting.go, '');
  await startWorkerProcess(env);
  expectExit(await run.done, EXIT.done);
  expect((await resourcesOf(env, waiting)).training).toEqual(['Completed']);
});

it('a worker that shuts down leaves the paid job alone', async () => {
  const env = await ownNamespace();
  const first = await startWorkerProcess(env);
  const waiting = await project({ waits: true });
  const run = startCli(['run', waiting.specFile], { env });
  await until(async () => (await resourcesOf(env, waiting)).training.includes('InProgress'));
  await kill(first, 'SIGTERM');
  expect((await resourcesOf(env, waiting)).training).toEqual(['InProgress']);
  await writeFile(waiting.go, '');
  await startWorkerProcess(env);
  expectExit(await run.done, EXIT.done);
});

it('completes, twice, with three in ten AWS calls throttled and no first create or update acknowledged', async () => {
  const changes = ['CreateTrainingJob', 'CreateModel', 'CreateTransformJob', 'CreateEndpointConfig', 'CreateEndpoint'];
  const unacknowledged = [...changes, 'UpdateEndpoint'].map((operation) => ({
    operation,
    times: 2,
    reset: true as const,
    afterDone: true,
  }));
  const throttled = { operation: '*', probability: 0.3, error: 'ThrottlingException' };
  const { env, setFaults } = await ownRegion({ faults: { seed: 7, rules: [...unacknowledged, throttled] } });
  await startWorkerProcess(env);
  const reviews = await project();
  for (const created of [true, false]) {
    expectExit(await cli(['run', reviews.specFile], { env }), EXIT.done);
    expect((await recordOf(env, reviews)).endpoint?.created).toBe(created);
  }
  setFaults({ rules: [] });
  expect(await resourcesOf(env, reviews)).toEqual({
    training: ['Completed', 'Completed'],
    transform: ['Completed', 'Completed'],
    models: 2,
    endpoints: 1,
  });
  const endpoint = await sagemaker(env).send(new DescribeEndpointCommand({ EndpointName: reviews.name }));
  expect(endpoint.EndpointStatus).toBe('InService');
}, 120_000);
