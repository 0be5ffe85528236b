/** The small worker by which the machine that has a run's files uploads them. */

import { Worker } from '@temporalio/worker';
import { createAwsProvider } from '../../activities/aws.ts';
import { createDataActivities } from '../../activities/data/activities.ts';
import { inputsTaskQueue, type RunRef } from '../../spec/naming.ts';
import type { Context } from '../context.ts';
import type { Temporal } from '../temporal.ts';
import { aborted, connectWorker, HEARTBEATS } from './connect.ts';

/**
 * Serves the run's inputs while `work` goes on. `work` is given a function that ends the serving once it is not needed
 * any more, and a signal that is aborted by the context's or when the serving breaks down, in which case this rejects.
 */
export async function whileServingInputs<T>(
  context: Context,
  { environment }: Temporal,
  run: RunRef,
  work: (uploaded: () => void, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const uploaded = new AbortController();
  const broken = new AbortController();
  // Attempts that fail are part of the story that is told anyway.
  const connection = await connectWorker(context, environment, 'ERROR');
  try {
    const worker = await Worker.create({
      connection,
      namespace: environment.temporal.namespace,
      taskQueue: inputsTaskQueue(run),
      ...HEARTBEATS,
      // Each poll is a call that Temporal holds open, and there is one activity to come.
      maxConcurrentActivityTaskPolls: 1,
      activities: createDataActivities({ aws: createAwsProvider() }),
    });
    const serving = worker.runUntil(aborted(AbortSignal.any([uploaded.signal, context.signal]))).catch((error) => {
      broken.abort();
      throw error;
    });
    const working = work(() => uploaded.abort(), AbortSignal.any([context.signal, broken.signal])).finally(() =>
      uploaded.abort(),
    );
    // The connection can only be closed once the worker has let go of it.
    const [result, served] = await Promise.allSettled([working, serving]);
    if (served.status === 'rejected') throw served.reason;
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  } finally {
    await connection.close();
  }
}
