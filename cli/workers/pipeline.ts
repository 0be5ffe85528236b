import { setTimeout as sleep } from 'node:timers/promises';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { createAwsProvider } from '../../activities/aws.ts';
import { createPipelineActivities } from '../../activities/index.ts';
import { PIPELINE_TASK_QUEUE, WORKER_DEPLOYMENT } from '../../spec/naming.ts';
import type { Context } from '../context.ts';
import { hasWorker, withTemporal } from '../temporal.ts';
import { isGone } from '../temporal-errors.ts';
import { Adoption } from './adoption.ts';
import { loadBundle } from './bundle.ts';
import { aborted, connectWorker, HEARTBEATS } from './connect.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { countPinned, makeCurrent, readVersioning } from './versions.ts';

/** Long enough for an AWS call under way to end; waits for jobs are between two looks, and go on elsewhere. */
const SHUTDOWN_GRACE = '10s';
/** How long the runs of a killed worker wait for it. Their histories are short: another one replays them in no time. */
const STICKY_TIMEOUT = '3s';
/** Activities are AWS calls that wait for the network; the few that read data or predictions do so in bounded memory. */
const CONCURRENT_ACTIVITIES = 50;
const DRAINED_EVERY_MS = 2_000;
const HEARD_EVERY_MS = 50;

export interface PipelineWorkerOptions {
  /** Leaves new runs to the other version that takes them, and ends once no run of its own is under way. */
  readonly drain?: boolean;
}

/** Works on the pipeline's task queue until the context's signal; then takes no more, and ends what is under way. */
export async function runWorker(context: Context, { drain = false }: PipelineWorkerOptions = {}): Promise<void> {
  const { output } = context;
  await withTemporal(context, async (temporal) => {
    const { client, environment } = temporal;
    const { namespace, address } = environment.temporal;
    const [versioning, bundle] = await Promise.all([
      readVersioning(temporal),
      loadBundle(),
      ensureSearchAttributes(client.connection, namespace),
    ]);
    const { workflowBundle, buildId } = bundle;
    const versioned = versioning.supported;
    const isCurrent = versioned && versioning.current === buildId;
    const over = new AbortController();
    const signal = AbortSignal.any([context.signal, over.signal]);
    const adoption = new Adoption(temporal, bundle, output);
    const connection = await connectWorker(context, environment, 'WARN', (runId) => adoption.hasTried(runId));
    try {
      const worker = await Worker.create({
        connection,
        namespace,
        taskQueue: PIPELINE_TASK_QUEUE,
        workflowBundle,
        ...(versioned && asVersion(buildId)),
        ...HEARTBEATS,
        activities: createPipelineActivities({
          aws: createAwsProvider(),
          ...(environment.ui && { ui: environment.ui }),
        }),
        shutdownGraceTime: SHUTDOWN_GRACE,
        stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
        maxConcurrentActivityTaskExecutions: CONCURRENT_ACTIVITIES,
      });
      await worker.runUntil(async () => {
        if (versioned && !isCurrent && !drain) await makeCurrent(temporal, buildId);
        // Before, a doctor that is asked at once would miss it.
        await until(() => hasWorker(temporal, versioned ? buildId : ''), HEARD_EVERY_MS, signal);
        if (!versioned) output.note({ code: 'worker.unversioned', text: unversioned(address, namespace) });
        output.item(
          {
            event: 'worker.ready',
            taskQueue: PIPELINE_TASK_QUEUE,
            ...(versioned && { version: buildId }),
            temporal: address,
          },
          `worker ready on task queue ${PIPELINE_TASK_QUEUE}${versioned ? `, version ${buildId}` : ''}, in ${environment.label}`,
        );
        if (!versioned) await aborted(signal);
        else if (drain) await until(async () => (await countPinned(temporal, buildId)) === 0, DRAINED_EVERY_MS, signal);
        else await adoption.until(signal);
        const done =
          drain && !signal.aborted ? `no run of version ${buildId} is under way` : 'ending what is under way';
        output.note({ code: 'worker.stopping', text: done });
      });
    } finally {
      over.abort();
      await connection.close();
    }
  });
}

/** Looks until it holds; the worker waits for a Temporal that is away to come back, and so does this. */
async function until(holds: () => Promise<boolean>, everyMs: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      if (await holds()) return;
    } catch (error) {
      if (!isGone(error)) throw error;
    }
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

/** Each workflow says itself whether it ends with the version that it began with. */
function asVersion(buildId: string): Pick<WorkerOptions, 'workerDeploymentOptions'> {
  const version = { deploymentName: WORKER_DEPLOYMENT, buildId };
  return {
    workerDeploymentOptions: { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' },
  };
}

const unversioned = (address: string, namespace: string): string =>
  `temporal at ${address} keeps no versions of workers in namespace ${namespace}: runs under way go on with the code of whichever worker takes them up`;
