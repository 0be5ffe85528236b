/**
 * Loaded into workflows by tests that wait for hours: each timer is over at once, and the workflow's clock goes on by what
 * it would have taken. What activities wait for takes its time.
 */
import type { WorkflowInterceptors } from '@temporalio/workflow';

const WorkflowDate = Date;
let skipped = 0;

const now = (): number => WorkflowDate.now() + skipped;

function SkippingDate(...given: []): Date {
  return given.length === 0 ? new WorkflowDate(now()) : new WorkflowDate(...given);
}
const { parse, UTC, prototype } = WorkflowDate;
globalThis.Date = Object.assign(SkippingDate, { now, parse, UTC, prototype }) as unknown as DateConstructor;

export const interceptors = (): WorkflowInterceptors => ({
  outbound: [
    {
      startTimer: async (input, next) => {
        await next({ ...input, durationMs: 1 });
        skipped += input.durationMs;
      },
    },
  ],
});
