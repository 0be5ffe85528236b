import { Worker, type WorkerOptions } from '@temporalio/worker';
import { createAwsProvider } from '../../activities/aws.ts';
import { createPipelineActivities } from '../../activities/index.ts';
import { PIPELINE_TASK_QUEUE, WORKER_DEPLOYMENT } from '../../spec/naming.ts';
import type { Context } from '../context.ts';
import { withTemporal } from '../temporal.ts';
import { loadBundle } from './bundle.ts';
import { aborted, connectWorker, HEARTBEATS } from './connect.ts';
import { ensureSearchAttributes } from './search-attributes.ts';
import { makeCurrent, readVersioning } from './versions.ts';

/** Long enough for an AWS call under way to end; waits for jobs are between two looks, and go on elsewhere. */
const SHUTDOWN_GRACE = '10s';
/** How long the runs of a killed worker wait for it. Their histories are short: another one replays them in no time. */
const STICKY_TIMEOUT = '3s';
/** Activities are AWS calls that wait for the network; the few that read data or predictions do so in bounded memory. */
const CONCURRENT_ACTIVITIES = 50;

/** Works on the pipeline's task queue until the context's signal; then takes no more, and ends what is under way. */
export async function runWorker(context: Context): Promise<void> {
  const { output } = context;
  await withTemporal(context, async (temporal) => {
    const { client, environment } = temporal;
    const { namespace, address } = environment.temporal;
    const [{ supported: versioned }, { workflowBundle, buildId }] = await Promise.all([
      readVersioning(temporal),
      loadBundle(),
      ensureSearchAttributes(client.connection, namespace),
    ]);
    const connection = await connectWorker(context, environment, 'WARN');
    try {
      const worker = await Worker.create({
        connection,
        namespace,
        taskQueue: PIPELINE_TASK_QUEUE,
        workflowBundle,
        ...(versioned && asVersion(buildId)),
        ...HEARTBEATS,
        activities: createPipelineActivities({ aws: createAwsProvider() }),
        shutdownGraceTime: SHUTDOWN_GRACE,
        stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
        maxConcurrentActivityTaskExecutions: CONCURRENT_ACTIVITIES,
      });
      await worker.runUntil(async () => {
        if (versioned) await makeCurrent(temporal, buildId);
        else output.note({ code: 'worker.unversioned', text: unversioned(address, namespace) });
        output.item(
          {
            event: 'worker.ready',
            taskQueue: PIPELINE_TASK_QUEUE,
            ...(versioned && { version: buildId }),
            temporal: address,
          },
          `worker ready on task queue ${PIPELINE_TASK_QUEUE}${versioned ? `, version ${buildId}` : ''}, in ${environment.label}`,
        );
        await aborted(context.signal);
        output.note({ code: 'worker.stopping', text: 'ending what is under way' });
      });
    } finally {
      await connection.close();
    }
  });
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
