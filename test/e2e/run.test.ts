/** Runs from the command line to SageMaker in the laptop region, with a worker in a process of its own. */
import { writeFile } from 'node:fs/promises';
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { cli, startCli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { ownRegion } from '../support/region.ts';
import { expectExit, HANDED_OVER, project, recordOf, resourcesOf, sagemaker } from '../support/runs.ts';
import { kill, startWorkerProcess } from './worker-process.ts';

it('takes data to an endpoint that answers, and the record tells the whole story', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const reviews = await project();
  expectExit(await cli(['run', reviews.specFile], { env }), EXIT.done);
  const record = await recordOf(env, reviews.name);
  expect(record).toMatchObject({ outcome: 'passed', deployment: { endpoint: reviews.name } });
  expect(record.evaluations?.candidate?.scores.metrics.accuracy).toBe(1);
  const answer = await cli(['invoke', reviews.name, '--text', 'good number7'], { env });
  expect(JSON.parse(answer.stdout)).toEqual({ label: 'positive' });
  expect(await resourcesOf(env, reviews.name)).toEqual(HANDED_OVER);
});

it('exits with 3 when the gate rejects, and touches no endpoint', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const hopeless = await project({ rest: 'gate: [accuracy > 1]\ndeploy: { to: sagemaker-endpoint }' });
  const run = await cli(['run', hopeless.specFile], { env });
  expect(run.exitCode).toBe(EXIT.rejected);
  expect(await resourcesOf(env, hopeless.name)).toMatchObject({ models: 0, endpoints: [] });
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
  expect(await resourcesOf(env, failing.name)).toMatchObject({ training: ['Failed'], models: 0, endpoints: [] });
});

it('stops the training job when the run is cancelled', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const waiting = await project({ waits: true });
  const run = startCli(['run', waiting.specFile], { env });
  await until(async () => (await resourcesOf(env, waiting.name)).training.includes('InProgress'));
  const cancel = await cli(['cancel', waiting.name], { env });
  expect(cancel.exitCode).toBe(EXIT.done);
  expectExit(await run.done, EXIT.cancelled);
  expect(await resourcesOf(env, waiting.name)).toMatchObject({
    training: ['Stopped'],
    transform: [],
    models: 0,
    endpoints: [],
  });
});

it('goes on where it was when its worker is killed while the job runs', async () => {
  const env = await ownNamespace();
  const first = await startWorkerProcess(env);
  const waiting = await project({ waits: true });
  const run = startCli(['run', waiting.specFile], { env });
  await until(async () => (await resourcesOf(env, waiting.name)).training.includes('InProgress'));
  await kill(first, 'SIGKILL');
  await writeFile(waiting.go, '');
  await startWorkerProcess(env);
  expectExit(await run.done, EXIT.done);
  expect((await resourcesOf(env, waiting.name)).training).toEqual(['Completed']);
});

it('a worker that shuts down leaves the paid job alone', async () => {
  const env = await ownNamespace();
  const first = await startWorkerProcess(env);
  const waiting = await project({ waits: true });
  const run = startCli(['run', waiting.specFile], { env });
  await until(async () => (await resourcesOf(env, waiting.name)).training.includes('InProgress'));
  await kill(first, 'SIGTERM');
  expect((await resourcesOf(env, waiting.name)).training).toEqual(['InProgress']);
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
    expect((await recordOf(env, reviews.name)).deployment?.created).toBe(created);
  }
  setFaults({ rules: [] });
  expect(await resourcesOf(env, reviews.name)).toEqual({
    training: ['Completed', 'Completed'],
    transform: ['Completed', 'Completed'],
    models: 2,
    configs: 2,
    endpoints: ['InService'],
    uploads: 0,
  });
  const endpoint = await sagemaker(env).send(new DescribeEndpointCommand({ EndpointName: reviews.name }));
  expect(endpoint.EndpointStatus).toBe('InService');
});
