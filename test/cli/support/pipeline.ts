/** A pipeline to try the CLI on: the real workflow in a namespace of the test's own, with AWS's part played by fakes. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { NativeConnection, Worker } from '@temporalio/worker';
import { onTestFinished } from 'vitest';
import { ensureSearchAttributes } from '../../../cli/workers/search-attributes.ts';
import { PIPELINE_TASK_QUEUE } from '../../../spec/naming.ts';
import type { TrainedArtifact } from '../../../spec/record.ts';
import { releaseHeld } from '../../support/held.ts';
import { sharedRegion, temporaryDirectory } from '../../support/region.ts';
import { type AllActivities, fakeActivities } from '../../workflows/fake-activities.ts';
import { workflowBundle } from '../../workflows/harness.ts';

/** What the CLI's tests run. */
export const SPEC = `
name: reviews
data: { source: data, split: { test: 0.2 } }
train: { engine: sagemaker, script: train.py, base: run:movie-reviews }
evaluate: { metrics: [accuracy] }
gate: [accuracy >= 0.70, accuracy >= base + 0.05]
deploy: { to: sagemaker-endpoint }
`;

export type Env = Readonly<Record<string, string>>;

/** A namespace of the shared region's Temporal, as runs of all namespaces share the name of their task queue. */
export async function ownNamespace(): Promise<Env> {
  return newNamespace((connection, namespace) => ensureSearchAttributes(connection, namespace));
}

/** One in which no worker has ever been. */
export async function newNamespace(
  prepare: (connection: Connection, namespace: string) => Promise<void> = async () => {},
): Promise<Env> {
  const { temporalAddress, env } = sharedRegion();
  const namespace = `cli-${randomBytes(4).toString('hex')}`;
  const connection = await Connection.connect({ address: temporalAddress });
  try {
    await connection.workflowService.registerNamespace({
      namespace,
      workflowExecutionRetentionPeriod: msToTs('1 day'),
    });
    await prepare(connection, namespace);
  } finally {
    await connection.close();
  }
  return { ...env, TEMPORAL_NAMESPACE: namespace };
}

/** A pipeline worker, until the test is over or it is stopped by what this gives. */
export async function startPipeline(env: Env, overrides: Partial<AllActivities> = {}): Promise<() => Promise<void>> {
  const { prepareInputs: _, ...activities } = fakeActivities(overrides).activities;
  const connection = await NativeConnection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  const worker = await Worker.create({
    connection,
    namespace: env.TEMPORAL_NAMESPACE ?? '',
    taskQueue: PIPELINE_TASK_QUEUE,
    workflowBundle: await workflowBundle(),
    activities,
  });
  const running = worker.run();
  let stopped: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopped ??= (async () => {
      worker.shutdown();
      await running;
      await connection.close();
    })();
    return stopped;
  };
  onTestFinished(() => {
    releaseHeld();
    return stop();
  });
  return stop;
}

/** What a training job of the fakes has left. */
export function trainedBy(jobName: string): TrainedArtifact {
  return {
    engine: 'sagemaker',
    artifact: 's3://b/m',
    jobName,
    jobArn: 'arn',
    instance: 'ml.m5.large',
    metrics: {},
    trainingSeconds: 1,
    billedSeconds: 1,
  };
}

/** A directory with a spec, its scripts and data. */
export async function project(spec: string): Promise<string> {
  const directory = await temporaryDirectory();
  await mkdir(join(directory, 'data'));
  const rows = Array.from({ length: 40 }, (_, row) => ({
    text: `row ${row} of the reviews`,
    label: row % 2 ? 'good' : 'bad',
  }));
  await writeFile(join(directory, 'data', 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  await writeFile(join(directory, 'train.py'), 'print("training")\n');
  await writeFile(join(directory, 'inference.py'), 'def model_fn(directory): ...\n');
  await writeFile(join(directory, 'temper.yaml'), spec);
  return directory;
}
