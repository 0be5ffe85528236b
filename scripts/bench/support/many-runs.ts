/**
 * Runs by the hundred, whose inputs are the same and in the bucket: started as the command line does, with its part of the
 * work answered by hand, as it is the pipeline's worker that is measured.
 */
import { Client, Connection } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { PreparedInputs } from '../../../activities/data/activities.ts';
import { readInput } from '../../../cli/runs/records.ts';
import { inputsTaskQueue, PIPELINE_TASK_QUEUE, type RunRef, workflowIdOf } from '../../../spec/naming.ts';
import type { fineTune } from '../../../workflows/index.ts';
import { recordQuery } from '../../../workflows/messages.ts';
import { atEnd } from '../clean-up.ts';
import type { BenchRegion } from './region.ts';

/** How many are started at the same time. */
const HANDS = 20;
const POLL_MS = 60_000;

const idOf = (nth: number): string => `w${String(nth).padStart(5, '0')}`;

/** Starts `count` runs like the one that there is, and resolves when each has its inputs. */
export async function startLike({ temporalAddress }: BenchRegion, model: RunRef, count: number): Promise<void> {
  const connection = await Connection.connect({ address: temporalAddress });
  atEnd(() => connection.close());
  const client = new Client({ connection });
  const { workflow, workflowService } = client;
  const { data, source } = await workflow.getHandle(workflowIdOf(model)).query(recordQuery);
  const prepared = defaultPayloadConverter.toPayload({ data, source } as PreparedInputs);
  const namespace = 'default';
  const input = await readInput({ client }, workflowIdOf(model));

  const start = async (run: RunRef): Promise<void> => {
    await workflow.start<typeof fineTune>('fineTune', {
      workflowId: workflowIdOf(run),
      taskQueue: PIPELINE_TASK_QUEUE,
      args: [{ ...input, run }],
    });
    for (let answered = false; !answered; ) {
      const { taskToken } = await client.withDeadline(Date.now() + POLL_MS, () =>
        workflowService.pollActivityTaskQueue({ namespace, taskQueue: { name: inputsTaskQueue(run) } }),
      );
      answered = (taskToken?.length ?? 0) > 0;
      if (answered) {
        const result = { payloads: [prepared] };
        await workflowService.respondActivityTaskCompleted({ namespace, taskToken: taskToken ?? null, result });
      }
    }
  };

  let next = 0;
  const hand = async (): Promise<void> => {
    while (next < count) await start({ name: model.name, id: idOf(next++) });
  };
  await Promise.all(Array.from({ length: HANDS }, hand));
}
