import type { WorkflowHandle } from '@temporalio/client';
import { advice } from '../../spec/advice.ts';
import type { Context } from '../context.ts';
import { EXIT, UserError } from '../errors.ts';
import { endingLines } from '../rendering/ending.ts';
import type { Temporal } from '../temporal.ts';
import { isNotFound } from '../temporal-errors.ts';
import { follow } from './follow.ts';
import { ENDED_FROM_OUTSIDE, readRecord } from './records.ts';

/** Cancels a run and follows it until its clean-up is done. */
export async function cancelRun(context: Context, temporal: Temporal, run: string): Promise<void> {
  const { output } = context;
  const handle = temporal.client.workflow.getHandle(run);
  if ((await handle.describe()).status.name !== 'RUNNING' || !(await askToCancel(handle))) {
    const record = await readRecord(temporal, run);
    if (record.outcome !== 'cancelled') {
      const { failure, outcome } = record;
      throw new UserError('RunOver', `there is nothing to cancel: ${run} is over (${outcome ?? 'ended'})`, {
        fix: failure?.code === ENDED_FROM_OUTSIDE ? advice(record, failure) : undefined,
      });
    }
    output.result(record, `${run} was cancelled before`);
    return;
  }
  output.note({ code: 'run.cancelling', text: `  cancelling ${run}`, data: { run } });
  const { record, closed } = await follow(context, temporal, run);
  if (!closed || !record) {
    context.exitCode = EXIT.interrupted;
    if (output.json) output.result(record ?? { run }, '');
    output.note({ code: 'interrupted', text: `\n  stopped waiting; the run goes on cancelling: temper watch ${run}` });
    return;
  }
  // A run that was at its end already ends as it would have.
  if (record.outcome !== 'cancelled') context.exitCode = EXIT.failed;
  output.result(record, output.hint(['', ...endingLines(record, output)].join('\n')));
}

/** False where the run is over by now. */
async function askToCancel(handle: WorkflowHandle): Promise<boolean> {
  try {
    await handle.cancel();
    return true;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
