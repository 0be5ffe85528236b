/** What a firing has under way. Temporal names a child before it starts it, a moment that no test can hold. */
import { expect, it } from 'vitest';
import { runOf } from '../../cli/schedules/under-way.ts';

const firing = (workflowId: string, runId: string) => ({ raw: { pendingChildren: [{ workflowId, runId }] } });

it('is a run once that has started, and nothing before, which could not be asked for yet', () => {
  const workflowId = 'temper/reviews/4k7p2m';
  expect(runOf(firing(workflowId, ''))).toBeUndefined();
  expect(runOf(firing(workflowId, 'a-run'))).toBe(workflowId);
});

it('is no run where what has started is something else', () => {
  expect(runOf(firing('temper-retrain/reviews', 'a-run'))).toBeUndefined();
  expect(runOf({ raw: {} })).toBeUndefined();
});
