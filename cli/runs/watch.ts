/** A run as it goes on, one snapshot after the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { PipelineActivities } from '../../activities/index.ts';
import type { DataProgress, JobProgress, RunRecord, Stage } from '../../spec/record.ts';
import { UserError } from '../errors.ts';
import { hasWorker, type Temporal } from '../temporal.ts';
import { isGone } from '../temporal-errors.ts';
import { closedRecord, queryRecord } from './records.ts';

/** The activity that a run waits for. */
export interface Pending {
  readonly progress?: JobProgress | DataProgress;
  /** What the last attempt failed with, where Temporal is trying again. */
  readonly problem?: string;
  readonly attempt: number;
}

/**
 * What a run cannot go on without: a pipeline worker, one that has the code it was started with, the machine with its
 * files, or Temporal itself.
 */
export type Missing = 'worker' | 'code' | 'inputs' | 'temporal';

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
    // Asked where there is a doubt only: a query that nobody takes up takes seconds to fail.
    const doubtful = !last.record || last.missing !== undefined;
    if (doubtful && !(await hasWorker(temporal))) return { ...known, missing: 'worker', closed: false };
    const record = await queryRecord(temporal, workflowId);
    const activity = activityOf(record.stage, description);
    if (activity && lacksInputs(activity)) return { record, missing: 'inputs', closed: false };
    return { record, ...(activity && { pending: pendingOf(activity) }), closed: false };
  } catch (error) {
    if (isGone(error)) return { ...known, missing: 'temporal', closed: false };
    const missing = error instanceof UserError ? MISSING_BY[error.code] : undefined;
    if (missing) return { ...known, missing, closed: false };
    throw error;
  }
}

const MISSING_BY: Readonly<Record<string, Missing>> = { NoWorker: 'worker', OtherCode: 'code' };

/** The stage that waits for an activity; clean-up belongs to none. */
const STAGE_OF: Readonly<Record<keyof PipelineActivities | 'prepareInputs', Stage | undefined>> = {
  prepareInputs: 'data',
  resolveBase: 'data',
  submitTraining: 'train',
  awaitTraining: 'train',
  stopTraining: undefined,
  submitEvaluation: 'evaluate',
  awaitEvaluation: 'evaluate',
  removeContender: undefined,
  submitDeployment: 'deploy',
  awaitDeployment: 'deploy',
  publishModel: 'deploy',
  revertDeployment: undefined,
};

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** The run was described before it was asked for its record, and may have gone on to the next stage in between. */
function activityOf(stage: Stage, { raw }: WorkflowExecutionDescription): PendingActivity | undefined {
  return raw.pendingActivities?.find(({ activityType }) => {
    const owner = STAGE_OF[activityType?.name as keyof typeof STAGE_OF];
    return owner === undefined || owner === stage;
  });
}

// PendingActivityState SCHEDULED: waiting for a worker to take it up.
const SCHEDULED = 1;
/** Whoever serves a run's inputs takes them up at once. Temporal goes on showing a poller that was killed for a minute. */
const TAKEN_UP_MS = 3_000;

function lacksInputs({ activityType, state, scheduledTime }: PendingActivity): boolean {
  const since = Number(scheduledTime?.seconds ?? Number.POSITIVE_INFINITY) * 1000;
  return activityType?.name === 'prepareInputs' && state === SCHEDULED && Date.now() - since > TAKEN_UP_MS;
}

function pendingOf({ heartbeatDetails, lastFailure, attempt }: PendingActivity): Pending {
  const payload = heartbeatDetails?.payloads?.[0];
  // Waiting for a job is failing with this type at each look: that is no problem.
  const problem = lastFailure?.applicationFailureInfo?.type === 'InProgress' ? undefined : lastFailure?.message;
  return {
    ...(payload && { progress: defaultPayloadConverter.fromPayload<JobProgress | DataProgress>(payload) }),
    ...(problem && { problem }),
    attempt: attempt ?? 1,
  };
}
