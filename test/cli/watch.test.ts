/** What is told of a run that cannot go on, or that goes on while it is looked at. */
import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { heartbeat } from '@temporalio/activity';
import { Client, Connection, ServiceError, type WorkflowClientInterceptor } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker, type WorkflowBundle } from '@temporalio/worker';
import { expect, it, onTestFinished, vi } from 'vitest';
import { parse } from 'yaml';
import { GRPC_STATUS } from '../../activities/grpc-status.ts';
import { findEnvironment } from '../../cli/environment.ts';
import { watchRun } from '../../cli/runs/watch.ts';
import { inputsTaskQueue, PIPELINE_TASK_QUEUE, workflowIdOf } from '../../spec/naming.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import { specSchema } from '../../spec/spec.ts';
import type { FineTuneInput } from '../../workflows/messages.ts';
import { CONDITION_MS } from '../support/limits.ts';
import { fakeActivities, underWay } from '../workflows/fake-activities.ts';
import { workflowBundle } from '../workflows/harness.ts';
import { cli, startCli, until } from './support/cli.ts';
import { type Env, ownNamespace, project, SPEC, startPipeline, trainedBy } from './support/pipeline.ts';

const ENGAGED = { awaitTraining: async () => Promise.reject(underWay('10 minutes')) };

async function clientOf(env: Env, interceptor: WorkflowClientInterceptor = {}): Promise<Client> {
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  onTestFinished(() => connection.close());
  return new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '', interceptors: { workflow: [interceptor] } });
}

/** A run whose inputs are uploaded. */
async function detached(env: Env): Promise<string> {
  const { stdout } = await cli(['run', 'temper.yaml', '--detach', '--json'], { env, cwd: await project(SPEC) });
  return (JSON.parse(stdout) as { run: string }).run;
}

/** A pipeline worker that can be stopped before the test is over. */
async function worker(env: Env, bundle: WorkflowBundle): Promise<() => Promise<void>> {
  const { prepareInputs: _, ...activities } = fakeActivities(ENGAGED).activities;
  const connection = await NativeConnection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  const working = await Worker.create({
    connection,
    namespace: env.TEMPORAL_NAMESPACE ?? '',
    taskQueue: PIPELINE_TASK_QUEUE,
    workflowBundle: bundle,
    activities,
  });
  const running = working.run();
  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    working.shutdown();
    await running;
    await connection.close();
  };
  const once = (): Promise<void> => {
    stopped ??= stop();
    return stopped;
  };
  onTestFinished(once);
  return once;
}

it("does not show one stage's progress under the next one", async () => {
  const env = await ownNamespace();
  let asked = false;
  let trained = false;
  let evaluating = false;
  await startPipeline(env, {
    awaitTraining: async ({ jobName }) => {
      heartbeat({ resource: jobName, status: 'InProgress', secondaryStatus: 'Training' });
      if (!trained) throw underWay(100);
      return trainedBy(jobName);
    },
    awaitEvaluation: async () => {
      evaluating = true;
      throw underWay('10 minutes');
    },
  });
  const run = await detached(env);
  // The run goes on between the description of what it waits for and the question for its record.
  const client = await clientOf(env, {
    query: async (input, next) => {
      trained = asked;
      asked = true;
      if (trained) await until(() => evaluating);
      return next(input);
    },
  });
  const environment = await findEnvironment({ env, cwd: '/' });
  const told: unknown[] = [];
  for await (const { record, pending } of watchRun({ client, environment }, run, new AbortController().signal)) {
    told.push([record?.stage, pending?.progress]);
    if (record?.stage === 'evaluate') break;
  }
  expect(told.at(0)).toEqual(['train', expect.objectContaining({ secondaryStatus: 'Training' })]);
  expect(told.at(-1)).toEqual(['evaluate', undefined]);
});

it('says what to do once the machine that uploads has gone away', async () => {
  const env = await ownNamespace();
  await startPipeline(env);
  const client = await clientOf(env);
  const { namespace } = client.options;
  const ref = { name: 'reviews', id: 'abc123' };
  const run = workflowIdOf(ref);
  const account = { region: 'us-east-1', bucket: 'bucket', roleArn: 'arn:aws:iam::000000000000:role/r' };
  const input: FineTuneInput = {
    version: RUN_VERSION,
    run: ref,
    spec: specSchema.parse(parse(SPEC)),
    account,
    directory: '/nowhere',
  };
  await client.workflow.start('fineTune', { workflowId: run, taskQueue: PIPELINE_TASK_QUEUE, args: [input] });
  // Takes the upload up, and lets go of it as Temporal does for a machine that is not heard of any more.
  const { taskToken } = await client.withDeadline(Date.now() + CONDITION_MS, () =>
    client.workflowService.pollActivityTaskQueue({ namespace, taskQueue: { name: inputsTaskQueue(ref) } }),
  );
  const failure = { message: 'activity Heartbeat timeout', applicationFailureInfo: { type: 'Timeout' } };
  await client.workflowService.respondActivityTaskFailed({ namespace, taskToken, failure });

  const watching = startCli(['watch', run], { env });
  await until(() => watching.stderr().includes(`temper upload ${run}`));
  watching.interrupt();
  await watching.done;
});

it.each([
  ['CANCELLED', 1],
  ['UNKNOWN', 2],
  ['DEADLINE_EXCEEDED', 4],
  ['INTERNAL', 13],
])('goes on when a worker goes away while it answers (%s)', async (_, code) => {
  const env = await ownNamespace();
  await startPipeline(env, ENGAGED);
  const run = await detached(env);
  let asked = 0;
  const client = await clientOf(env, {
    query: async (input, next) => {
      asked += 1;
      if (asked > 1) return next(input);
      const cause = Object.assign(new Error('context canceled'), { code, details: 'context canceled', metadata: {} });
      throw new ServiceError('Failed to query Workflow', { cause });
    },
  });
  const environment = await findEnvironment({ env, cwd: '/' });
  const told: unknown[] = [];
  for await (const { record, missing } of watchRun({ client, environment }, run, new AbortController().signal)) {
    told.push(record?.stage ?? missing);
    if (record) break;
  }
  expect(told).toEqual(['worker', 'train']);
});

it('waits on where a worker with other code answers', async () => {
  const env = await ownNamespace();
  const stop = await worker(env, await workflowBundle());
  const run = await detached(env);
  await until(async () => (await cli(['show', run, '--json'], { env })).stdout.includes('"trainingJob"'));
  await stop();
  const stopOther = await worker(
    env,
    await bundleWorkflowCode({
      workflowsPath: fileURLToPath(new URL('./support/other-code.ts', import.meta.url)),
      logger: new DefaultLogger('ERROR'),
    }),
  );
  const watching = startCli(['watch', run], { env });
  await until(() => /other code|error/.test(watching.stderr()));
  expect(watching.stderr()).toContain('a worker with other code answered: the run waits');
  const shown = await cli(['show', run, '--json'], { env });
  expect(JSON.parse(shown.stdout)).toMatchObject({ error: { code: 'OtherCode' } });

  await stopOther();
  await worker(env, await workflowBundle());
  await until(() => watching.stderr().includes('going on'));
  watching.interrupt();
  expect(await watching.done).toMatchObject({ exitCode: 130 });
});

it('says how to find what a terminated run may have left, with and without a worker', async () => {
  const env = await ownNamespace();
  const stop = await worker(env, await workflowBundle());
  const run = await detached(env);
  await until(async () => (await cli(['show', run, '--json'], { env })).stdout.includes('"trainingJob"'));
  const client = await clientOf(env);
  await client.workflow.getHandle(run).terminate();
  const left = 'take it away with: temper orphans --delete';
  const cancelled = await cli(['cancel', run], { env });
  expect(cancelled.exitCode).toBe(1);
  expect(cancelled.stderr).toContain(left);
  const shown = async (): Promise<string> => (await cli(['show', run], { env })).stdout;
  expect(await shown()).toContain(left);
  await stop();
  expect(await shown()).toContain(left);
});

it('describes a run in the Temporal UI from its start', async () => {
  const env = await ownNamespace();
  await startPipeline(env, ENGAGED);
  const run = await detached(env);
  const description = await (await clientOf(env)).workflow.getHandle(run).describe();
  expect(await description.staticSummary()).toBe('fine-tune reviews: sagemaker → sagemaker-endpoint');
  expect(await description.staticDetails()).toContain(
    '- gate: `accuracy >= 0.70`, `accuracy >= base + 0.05`\n- deploy: sagemaker-endpoint `reviews`',
  );
});

it('has the client hold on to no signal for longer than a minute: it leaves a listener there each time that it asks', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const given: AbortSignal[] = [];
  const gone = Object.assign(new Error('gone'), { code: GRPC_STATUS.UNAVAILABLE, details: '', metadata: {} });
  const client = {
    withDeadline: (_: number, ask: () => unknown) => ask(),
    withAbortSignal: (signal: AbortSignal) => {
      given.push(signal);
      return new Promise((_, reject) => signal.addEventListener('abort', reject, { once: true }));
    },
    workflow: { getHandle: () => ({ describe: () => Promise.reject(gone) }) },
  } as unknown as Client;
  const environment = await findEnvironment({ env: { TEMPORAL_ADDRESS: '127.0.0.1:1' }, cwd: '/' });
  const stopped = new AbortController();
  const looks = watchRun({ client, environment }, 'temper/reviews/aaaa', stopped.signal);
  expect((await looks.next()).value).toMatchObject({ missing: 'temporal' });
  vi.advanceTimersByTime(60_000);
  await setImmediate();
  expect(given.map(({ aborted }) => aborted)).toEqual([true, false]);
  stopped.abort();
  expect(await looks.next()).toMatchObject({ done: true });
  await setImmediate();
  expect(given.map(({ aborted }) => aborted)).toEqual([true, true]);
});
