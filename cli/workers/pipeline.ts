import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from '@temporalio/worker';
import { createAwsProvider } from '../../activities/aws.ts';
import { createPipelineActivities } from '../../activities/index.ts';
import { PIPELINE_TASK_QUEUE } from '../../spec/naming.ts';
import type { Context } from '../context.ts';
import { withTemporal } from '../temporal.ts';
import { connectWorker, HEARTBEATS } from './connect.ts';
import { ensureSearchAttributes } from './search-attributes.ts';

/** Long enough for an AWS call under way to end; waits for jobs are between two looks, and go on elsewhere. */
const SHUTDOWN_GRACE = '10s';
/** How long the runs of a killed worker wait for it. Their histories are short: another one replays them in no time. */
const STICKY_TIMEOUT = '3s';
/** Activities are AWS calls that wait for the network; the few that read data or predictions do so in bounded memory. */
const CONCURRENT_ACTIVITIES = 50;

/** Works on the pipeline's task queue until the context's signal; then takes no more, and ends what is under way. */
export async function runWorker(context: Context): Promise<void> {
  await withTemporal(context, async ({ client, environment }) => {
    const { namespace } = environment.temporal;
    await ensureSearchAttributes(client.connection, namespace);
    const connection = await connectWorker(context, environment, 'WARN');
    try {
      const worker = await Worker.create({
        connection,
        namespace,
        taskQueue: PIPELINE_TASK_QUEUE,
        ...workflows(),
        ...HEARTBEATS,
        activities: createPipelineActivities({ aws: createAwsProvider() }),
        shutdownGraceTime: SHUTDOWN_GRACE,
        stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT,
        maxConcurrentActivityTaskExecutions: CONCURRENT_ACTIVITIES,
      });
      const running = worker.run();
      context.output.item(
        { event: 'worker.ready', taskQueue: PIPELINE_TASK_QUEUE, temporal: environment.temporal.address },
        `worker ready on task queue ${PIPELINE_TASK_QUEUE}, in ${environment.label}`,
      );
      const stop = (): void => {
        context.output.note({ code: 'worker.stopping', text: 'ending what is under way' });
        worker.shutdown();
      };
      if (context.signal.aborted) stop();
      else context.signal.addEventListener('abort', stop, { once: true });
      await running;
    } finally {
      await connection.close();
    }
  });
}

/** The bundle that the build made; from the sources, where there is none, the SDK makes one. */
function workflows(): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  const codePath = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));
  if (existsSync(codePath)) return { workflowBundle: { codePath } };
  return { workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)) };
}
