/** Firings that were ended from outside before their runs were over: the ledger hears of those from the next firing. */
import type { S3Client } from '@aws-sdk/client-s3';
import { getClient } from '@temporalio/activity';
import { type WorkflowExecutionDescription, WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Prices } from '../../spec/cost/prices.ts';
import type { RunRecord } from '../../spec/record.ts';
import { type RunEnd, settled, TERMINATED } from '../../spec/retraining/settle.ts';
import { unsettledFirings, writeFiring } from './ledger.ts';

/**
 * Writes down what became of runs that no firing waits for any more. One that Temporal has forgotten keeps what was reserved; one
 * that its firing had no time to start has cost nothing.
 */
export async function settleLeft(s3: S3Client, bucket: string, name: string, prices: Prices): Promise<void> {
  for (const firing of await unsettledFirings(s3, bucket, name)) {
    const { decision, run = '' } = firing;
    const [waiting, described] = await Promise.all([describe(decision.firing), describe(run)]);
    if (waiting?.status.name === 'RUNNING') continue;
    if (described?.closeTime) {
      const end = await endOf(run, described);
      await writeFiring(s3, bucket, settled(firing, end, prices, described.closeTime.toISOString()));
    } else if (!described && waiting?.closeTime && !(await hasStarted(decision.firing, run))) {
      await writeFiring(s3, bucket, settled(firing, NEVER_STARTED, prices, waiting.closeTime.toISOString()));
    }
  }
}

const NEVER_STARTED: RunEnd = { outcome: 'cancelled', started: false };

/** Whether a firing that is over has come to starting the run. */
async function hasStarted(firing: string, run: string): Promise<boolean> {
  const { events } = await getClient().workflow.getHandle(firing).fetchHistory();
  return (events ?? []).some((event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId === run);
}

async function describe(workflowId: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await getClient().workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function endOf(run: string, { status }: WorkflowExecutionDescription): Promise<RunEnd> {
  const handle = getClient().workflow.getHandle(run);
  try {
    const record = (await handle.result()) as RunRecord;
    return { outcome: record.outcome ?? 'failed', record, started: true };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const details = error.cause instanceof ApplicationFailure ? error.cause.details : [];
    const [told] = (details ?? []) as RunRecord[];
    // What had no chance to tell its record may be asked for it, where a worker can answer.
    const record = told ?? (await handle.query<RunRecord>('record').catch(() => undefined));
    if (status.name === 'CANCELLED') return { outcome: 'cancelled', record, started: true };
    return { outcome: 'failed', record, failure: record?.failure ?? TERMINATED, started: true };
  }
}
