/** Firings that were ended from outside before their runs were over: the ledger hears of those from the next firing. */
import type { S3Client } from '@aws-sdk/client-s3';
import { getClient } from '@temporalio/activity';
import {
  type Client,
  type WorkflowExecutionDescription,
  WorkflowFailedError,
  WorkflowNotFoundError,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Prices } from '../../spec/cost/prices.ts';
import type { RunRecord } from '../../spec/record.ts';
import type { Firing } from '../../spec/retrain.ts';
import { type RunEnd, settled, TERMINATED } from '../../spec/retraining/settle.ts';
import { unsettledFirings, writeFiring } from './ledger.ts';

/** Writes down what became of runs that no firing waits for any more. */
export async function settleLeft(s3: S3Client, bucket: string, name: string, prices: Prices): Promise<void> {
  for (const firing of await unsettledFirings(s3, bucket, name)) {
    const known = await withItsEnd(getClient(), firing, prices);
    if (known !== firing) await writeFiring(s3, bucket, known);
  }
}

/**
 * A firing with what became of its run, where its card does not know as it was ended before. One whose run Temporal has forgotten
 * keeps what was reserved; one that had no time to start its run has cost nothing. Else the firing as it is.
 */
export async function withItsEnd(client: Client, firing: Firing, prices: Prices): Promise<Firing> {
  const { decision, run, endedAt } = firing;
  if (run === undefined || endedAt !== undefined) return firing;
  const [waiting, described] = await Promise.all([describe(client, decision.firing), describe(client, run)]);
  if (waiting?.status.name === 'RUNNING') return firing;
  if (described?.closeTime) {
    return settled(firing, await endOf(client, run, described), prices, described.closeTime.toISOString());
  }
  if (described || !waiting?.closeTime || (await hasStarted(client, decision.firing, run))) return firing;
  return settled(firing, NEVER_STARTED, prices, waiting.closeTime.toISOString());
}

const NEVER_STARTED: RunEnd = { outcome: 'cancelled', started: false };

/** Whether a firing that is over has come to starting the run. */
async function hasStarted(client: Client, firing: string, run: string): Promise<boolean> {
  const { events } = await client.workflow.getHandle(firing).fetchHistory();
  return (events ?? []).some((event) => event.startChildWorkflowExecutionInitiatedEventAttributes?.workflowId === run);
}

async function describe(client: Client, workflowId: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(workflowId).describe();
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

async function endOf(client: Client, run: string, { status }: WorkflowExecutionDescription): Promise<RunEnd> {
  const handle = client.workflow.getHandle(run);
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
