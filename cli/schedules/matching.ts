import { msToTs, tsToDate } from '@temporalio/common/lib/time.js';
import { scheduleIdOf } from '../../spec/naming.ts';
import type { Temporal } from '../temporal.ts';

/** No more are asked for: Temporal gives no more. */
export const MOST_TIMES = 1_000;

/** When a schedule fires after one moment and up to another, with jitter, whether or not it is paused; the first thousand. */
export async function timesBetween({ client }: Temporal, name: string, from: Date, to: Date): Promise<Date[]> {
  const { startTime } = await client.workflowService.listScheduleMatchingTimes({
    namespace: client.options.namespace,
    scheduleId: scheduleIdOf(name),
    startTime: msToTs(from.getTime()),
    endTime: msToTs(to.getTime()),
  });
  return (startTime ?? []).slice(0, MOST_TIMES).map(tsToDate);
}
