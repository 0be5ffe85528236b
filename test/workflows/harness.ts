import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { bundleWorkflowCode, DefaultLogger, Runtime, Worker, type WorkflowBundle } from '@temporalio/worker';
import { parse } from 'yaml';
import { Lock } from '../../local/lock.ts';
import { inputsTaskQueue, type RunRef, workflowIdOf } from '../../spec/naming.ts';
import { RUN_VERSION, type RunRecord } from '../../spec/record.ts';
import { specSchema } from '../../spec/spec.ts';
import { fineTune, retrain } from '../../workflows/index.ts';
import { type FineTuneInput, type RetrainInput, recordQuery } from '../../workflows/messages.ts';
import { firingOptions } from '../../workflows/start.ts';
import { eventually } from '../support/eventually.ts';
import { releaseHeld } from '../support/held.ts';
import { CONDITION_MS } from '../support/limits.ts';
import { bundlesIn, sharedRegion } from '../support/region.ts';
import { type FakeActivities, fakeActivities } from './fake-activities.ts';

export const SPEC = `
name: reviews
data: { source: data.jsonl, split: { test: 0.2 } }
train: { engine: sagemaker, script: train.py, base: run:movie-reviews }
evaluate: {}
gate: [accuracy >= 0.70, accuracy >= base + 0.05]
deploy: { to: sagemaker-endpoint }
`;

/** The same on Bedrock. */
export const BEDROCK_SPEC = `
name: reviews
data: { source: data.jsonl, split: { test: 0.2 } }
train: { engine: bedrock, base: amazon.nova-lite-v1:0 }
evaluate: {}
gate: [accuracy >= 0.70]
deploy: { to: bedrock-on-demand }
`;

export interface StartedRun {
  readonly run: RunRef;
  readonly handle: WorkflowHandle<typeof fineTune>;
  /** Resolves when the run's record satisfies the condition. */
  until(condition: (record: RunRecord) => boolean): Promise<RunRecord>;
  /** Ends the run's workers; resolves when they are gone. */
  stopWorkers(): Promise<void>;
  /** Starts others in their place. */
  startWorkers(fakes: FakeActivities): Promise<void>;
}

/** What a schedule retrains, and from where: nothing of it is on a machine. */
export const RETRAIN_SPEC = `${SPEC.replace('data.jsonl', 's3://bucket/reviews/')}retrain: { every: 1w }\n`;

const bundles = new Map<boolean, Promise<WorkflowBundle>>();
const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/**
 * The workflows of the source tree, bundled once for all test processes.
 *
 * @param skipsTime whether their timers are over at once, see skipping-time.ts
 */
export function workflowBundle(skipsTime = false): Promise<WorkflowBundle> {
  const known = bundles.get(skipsTime);
  if (known) return known;
  const bundle = sharedBundle(skipsTime);
  bundles.set(skipsTime, bundle);
  return bundle;
}

/** Made by the process that needs it first. */
async function sharedBundle(skipsTime: boolean): Promise<WorkflowBundle> {
  const file = join(bundlesIn(sharedRegion().home), skipsTime ? 'skipping-time.js' : 'workflows.js');
  const lock = await Lock.acquire(`${file}.lock`);
  try {
    if (!existsSync(file)) {
      const { code } = await bundleWorkflowCode({
        workflowsPath: pathOf('../../workflows/index.ts'),
        logger: new DefaultLogger('ERROR'),
        ...(skipsTime && { workflowInterceptorModules: [pathOf('skipping-time.ts')] }),
      });
      await writeFile(file, code);
    }
    return { code: await readFile(file, 'utf8') };
  } finally {
    lock.release();
  }
}

/** The Temporal that all tests share. */
const sharedTemporal = (): Promise<TestWorkflowEnvironment> =>
  TestWorkflowEnvironment.createFromExistingServer({ address: sharedRegion().temporalAddress });

/** Starts a run of the spec with the given activities and does something with it while its workers are up. */
export async function withRun<T>(
  fakes: FakeActivities,
  body: (started: StartedRun, environment: TestWorkflowEnvironment) => Promise<T>,
  specText = SPEC,
  given: Partial<FineTuneInput> = {},
  bundle = workflowBundle(),
  connect: () => Promise<TestWorkflowEnvironment> = sharedTemporal,
): Promise<T> {
  const environment = await connect();
  const spec = specSchema.parse(parse(specText));
  const run: RunRef = { name: spec.name, id: randomUUID().slice(0, 8) };
  const pipelineQueue = `pipeline-${run.id}`;
  const connection = environment.nativeConnection;
  let workers: Worker[] = [];
  let running: Promise<unknown> = Promise.resolve();
  const startWorkers = async ({ activities: { prepareInputs, ...activities } }: FakeActivities): Promise<void> => {
    workers = await Promise.all([
      Worker.create({ connection, taskQueue: pipelineQueue, workflowBundle: await bundle, activities }),
      Worker.create({ connection, taskQueue: inputsTaskQueue(run), activities: { prepareInputs } }),
    ]);
    running = Promise.all(workers.map((worker) => worker.run()));
  };
  const stopWorkers = async (): Promise<void> => {
    for (const worker of workers) worker.shutdown();
    await running;
    workers = [];
  };
  const handle = await environment.client.workflow.start(fineTune, {
    workflowId: workflowIdOf(run),
    taskQueue: pipelineQueue,
    args: [
      {
        run,
        spec,
        account: { region: 'us-east-1', bucket: 'bucket', roleArn: 'arn:aws:iam::000000000000:role/r' },
        version: RUN_VERSION,
        directory: '/nowhere',
        machine: 'laptop',
        ...given,
      },
    ],
  });
  const until: StartedRun['until'] = async (condition) => {
    const deadline = Date.now() + CONDITION_MS;
    for (;;) {
      const record = await handle.query(recordQuery);
      if (condition(record)) return record;
      if (Date.now() > deadline) throw new Error(`the record never came to that: ${JSON.stringify(record)}`);
    }
  };
  await startWorkers(fakes);
  try {
    return await body({ run, handle, until, stopWorkers, startWorkers }, environment);
  } finally {
    releaseHeld();
    await stopWorkers();
    await environment.teardown();
  }
}

export interface StartedFiring {
  readonly handle: WorkflowHandle<typeof retrain>;
  readonly client: Client;
  /** Of the run that the firing starts: once it is under way. */
  runUnderWay(): Promise<WorkflowHandle<typeof fineTune>>;
  /** Ends the worker, and starts another in its place. */
  replaceWorker(): Promise<void>;
}

/** A firing with the given activities, which a client of its own has started, and its worker while the body works with it. */
export async function withFiring<T>(
  fakes: FakeActivities,
  body: (started: StartedFiring) => Promise<T>,
  specText = RETRAIN_SPEC,
  given: Partial<RetrainInput> = {},
): Promise<T> {
  const environment = await sharedTemporal();
  const { client, nativeConnection: connection } = environment;
  const id = randomUUID().slice(0, 8);
  const options = firingOptions({
    version: RUN_VERSION,
    spec: specSchema.parse(parse(specText)),
    account: { region: 'us-east-1', bucket: 'bucket', roleArn: 'arn:aws:iam::000000000000:role/r' },
    source: { uri: 's3://bucket/sourcedir.tar.gz', sha256: 'b'.repeat(64) },
    ...given,
  });
  const { prepareInputs, ...activities } = fakes.activities;
  const taskQueue = `firing-${id}`;
  const startWorker = async () => {
    const worker = await Worker.create({ connection, taskQueue, workflowBundle: await workflowBundle(), activities });
    const running = worker.run();
    return async () => {
      worker.shutdown();
      await running;
    };
  };
  let stopWorker = await startWorker();
  try {
    const workflowId = `${options.workflowId}-${id}`;
    const handle = await client.workflow.start(retrain, { ...options, taskQueue, workflowId });
    const runUnderWay = async (): Promise<WorkflowHandle<typeof fineTune>> => {
      const workflowId = await eventually('a run of the firing', async () => {
        const [child] = (await handle.describe()).raw.pendingChildren ?? [];
        return child?.runId ? (child.workflowId ?? undefined) : undefined;
      });
      return client.workflow.getHandle<typeof fineTune>(workflowId);
    };
    const replaceWorker = async () => {
      await stopWorker();
      stopWorker = await startWorker();
    };
    return await body({ handle, client, runUnderWay, replaceWorker });
  } finally {
    releaseHeld();
    await stopWorker();
    await environment.teardown();
  }
}

/** A run with the given activities, to its end, and the record that it then answers with. */
export async function runToEnd(
  fakes: FakeActivities = fakeActivities(),
  specText = SPEC,
  given: Partial<FineTuneInput> = {},
  bundle = workflowBundle(),
) {
  return withRun(
    fakes,
    async ({ handle }) => {
      const error = await handle.result().then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const description = await handle.describe();
      return {
        record: await handle.query(recordQuery),
        error,
        status: description.status.name,
        events: description.historyLength,
        searchAttributes: description.typedSearchAttributes,
        history: await handle.fetchHistory(),
      };
    },
    specText,
    given,
    bundle,
  );
}

// Failing workflows are what these tests are about; what the SDK says of each would bury a real failure.
Runtime.install({
  logger: new DefaultLogger('ERROR', () => {}),
  telemetryOptions: { logging: { filter: 'OFF' } },
});
