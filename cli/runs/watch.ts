/** A run as it goes on, one snapshot after the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import { inputsTaskQueue, parseWorkflowId } from '../../spec/naming.ts';
import type { JobProgress, RunRecord } from '../../spec/record.ts';
import { UserError } from '../errors.ts';
import { hasWorker, type Temporal } from '../temporal.ts';
import { isGone } from '../temporal-errors.ts';
import { closedRecord, queryRecord } from './records.ts';

/** What the data stage leaves as heartbeat details. */
export interface UploadProgress {
  readonly file: string;
  readonly bytes: number;
  readonly total: number;
}

/** The activity that a run waits for. */
export interface Pending {
  readonly progress?: JobProgress | UploadProgress;
  /** What the last attempt failed with, where Temporal is trying again. */
  readonly problem?: string;
  readonly attempt: number;
}

/** What a run cannot go on without: a pipeline worker, the machine with its files, or Temporal itself. */
export type Missing = 'worker' | 'inputs' | 'temporal';

export interface Snapshot {
  /** The last record that is known. */
  readonly record?: RunRecord;
  readonly pending?: Pending;
  readonly missing?: Missing;
  /** Whether the run is over; the record is its last then. */
  readonly closed: boolean;
}

const FASTEST_MS = 500;
const SLOWEST_MS = 2_000;
/** The client tries again by itself for much longer than a person wants to know nothing. */
const PATIENCE_MS = 3_000;

/**
 * Looks at a run until it is over; the last snapshot is the closed one. Ends early, without it, when the signal is
 * aborted. Temporal or the workers being away is part of a snapshot, not an error.
 */
export async function* watchRun(temporal: Temporal, workflowId: string, signal: AbortSignal): AsyncGenerator<Snapshot> {
  let last: Snapshot = { closed: false };
  let delay = FASTEST_MS;
  while (!signal.aborted) {
    const next = await temporal.client.withDeadline(Date.now() + PATIENCE_MS, () => look(temporal, workflowId, last));
    yield next;
    if (next.closed) return;
    delay = JSON.stringify(next) === JSON.stringify(last) ? Math.min(delay * 1.25, SLOWEST_MS) : FASTEST_MS;
    last = next;
    await sleep(delay, undefined, { signal }).catch(() => {});
  }
}

async function look(temporal: Temporal, workflowId: string, last: Snapshot): Promise<Snapshot> {
  const known = last.record ? { record: last.record } : {};
  try {
    const handle = temporal.client.workflow.getHandle(workflowId);
    const description = await handle.describe();
    const status = description.status.name;
    if (status !== 'RUNNING') return { record: await closedRecord(temporal, handle, status), closed: true };
    const pending = pendingOf(description);
    const seen = { ...known, ...(pending && { pending }), closed: false };
    // Asked where there is a doubt only: a query that nobody takes up takes seconds to fail.
    const doubtful = !last.record || last.missing !== undefined;
    if (doubtful && !(await hasWorker(temporal))) return { ...seen, missing: 'worker' };
    const record = await queryRecord(temporal, workflowId);
    const missing = (await inputsMissing(temporal, workflowId, record, description)) ? 'inputs' : undefined;
    return { ...seen, record, ...(missing && { missing }) };
  } catch (error) {
    if (isGone(error)) return { ...known, missing: 'temporal', closed: false };
    if (error instanceof UserError && error.code === 'NoWorker') return { ...known, missing: 'worker', closed: false };
    throw error;
  }
}

// PendingActivityState SCHEDULED: waiting for a worker to take it up.
const SCHEDULED = 1;

async function inputsMissing(
  temporal: Temporal,
  workflowId: string,
  record: RunRecord,
  { raw }: WorkflowExecutionDescription,
): Promise<boolean> {
  const run = parseWorkflowId(workflowId);
  const waiting = raw.pendingActivities?.some(({ state, attempt }) => state === SCHEDULED && (attempt ?? 1) <= 1);
  if (record.stage !== 'data' || !run || !waiting) return false;
  return !(await hasWorker(temporal, inputsTaskQueue(run)));
}

function pendingOf({ raw }: WorkflowExecutionDescription): Pending | undefined {
  const [activity] = raw.pendingActivities ?? [];
  if (!activity) return undefined;
  const payload = activity.heartbeatDetails?.payloads?.[0];
  const failure = activity.lastFailure;
  // Waiting for a job is failing with this type at each look: that is no problem.
  const problem = failure?.applicationFailureInfo?.type === 'InProgress' ? undefined : failure?.message;
  return {
    ...(payload && { progress: defaultPayloadConverter.fromPayload<JobProgress | UploadProgress>(payload) }),
    ...(problem && { problem }),
    attempt: activity.attempt ?? 1,
  };
}
