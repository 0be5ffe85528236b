import { workflowInfo } from '@temporalio/workflow';
import type { RunRef } from '../spec/naming.ts';
import type { Account } from '../spec/record.ts';

/** Whose model is handed over, and its place among those of its name. */
export function handOverOf(run: RunRef, account: Account) {
  return { run, account, startedAt: workflowInfo().startTime.toISOString() };
}
