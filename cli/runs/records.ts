/** Reading runs: their records, and what they were started with. */
import {
  type WorkflowExecutionDescription,
  type WorkflowExecutionStatusName,
  WorkflowFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure, CancelledFailure, defaultPayloadConverter } from '@temporalio/common';
import type { PipelineCode } from '../../spec/errors/pipeline.ts';
import { RUN_VERSION, type RunRecord, STAGES } from '../../spec/record.ts';
import { type FineTuneInput, recordQuery } from '../../workflows/messages.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { UserError } from '../errors.ts';
import { hasWorker, type Temporal } from '../temporal.ts';
import { isOfOtherCode, isUnanswered } from '../temporal-errors.ts';
import { readVersioning, versionOf } from '../workers/versions.ts';
import { withWaiting } from './pending.ts';

const QUERY_TIMEOUT_MS = 8_000;

/** The failure's code of a run that had no chance to write its own end. */
export const ENDED_FROM_OUTSIDE = 'Terminated' satisfies PipelineCode;

/**
 * Asks the run itself; a worker has to answer. Throws the user error `NoWorker` or `NoWorkerOfVersion` when none does, or
 * `OtherCode`.
 *
 * @param version that the worker has to have, where the run is bound to one
 */
export async function queryRecord(temporal: Temporal, workflowId: string, version?: string): Promise<RunRecord> {
  const { client } = temporal;
  try {
    const record = await client.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
      client.workflow.getHandle(workflowId).query(recordQuery),
    );
    return understood(record, workflowId);
  } catch (error) {
    if (isOfOtherCode(error)) throw otherCode(error);
    throw isUnanswered(error) ? await noWorker(temporal, workflowId, version, error) : error;
  }
}

/** Asks where somebody is there to answer: a query that nobody takes up takes seconds to fail. */
export async function askForRecord(temporal: Temporal, description: WorkflowExecutionDescription): Promise<RunRecord> {
  const { workflowId } = description;
  const version = versionOf(description);
  if (!(await hasWorker(temporal, version))) throw await noWorker(temporal, workflowId, version);
  return queryRecord(temporal, workflowId, version);
}

/** The record of a run, under way or over. */
export async function readRecord(temporal: Temporal, workflowId: string): Promise<RunRecord> {
  const handle = temporal.client.workflow.getHandle(workflowId);
  const description = await handle.describe();
  const status = description.status.name;
  if (status !== 'RUNNING') return closedRecord(temporal, handle, status);
  return withWaiting(await askForRecord(temporal, description), description);
}

/** The record that a closed run left: its result or its failure's details, which need no worker, or else its answer. */
export async function closedRecord(
  temporal: Temporal,
  handle: WorkflowHandle,
  status: WorkflowExecutionStatusName,
): Promise<RunRecord> {
  if (status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED') {
    try {
      return understood((await handle.result()) as RunRecord, handle.workflowId);
    } catch (error) {
      const record = error instanceof WorkflowFailedError ? recordIn(error.cause) : undefined;
      if (record) return understood(record, handle.workflowId);
      if (!(error instanceof WorkflowFailedError)) throw error;
    }
  }
  const record = await answerOf(temporal, handle);
  return record.outcome ? record : endedFromOutside(record, status);
}

/** What a closed run answers, or where no worker lets it, what it was started with and the stage it had come to. */
async function answerOf(temporal: Temporal, handle: WorkflowHandle): Promise<RunRecord> {
  const { spec, account } = await readInput(temporal, handle.workflowId);
  const description = await handle.describe();
  try {
    return await askForRecord(temporal, description);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
  }
  const reached = description.typedSearchAttributes.get(searchAttributes.stage);
  const stage = STAGES.find((each) => each === reached) ?? 'data';
  return { version: RUN_VERSION, run: handle.workflowId, spec, account, stage, timings: [] };
}

function recordIn(cause: unknown): RunRecord | undefined {
  if (!(cause instanceof ApplicationFailure || cause instanceof CancelledFailure)) return undefined;
  const [record] = cause.details ?? [];
  return typeof record === 'object' && record !== null && 'run' in record ? (record as RunRecord) : undefined;
}

/** Terminating a run gives it no chance to write its own end. */
function endedFromOutside(record: RunRecord, status: WorkflowExecutionStatusName): RunRecord {
  const how = status.toLowerCase().replace('_', ' ');
  return {
    ...record,
    outcome: 'failed',
    failure: {
      code: ENDED_FROM_OUTSIDE,
      message: `the run was ${how} from outside, without clean-up`,
      stage: record.stage,
    },
  };
}

function otherCode(cause: unknown): UserError {
  return new UserError('OtherCode', 'a worker with other code than the run was started with answered for it', {
    fix: 'restart the workers with the code of the run: temper worker',
    cause,
  });
}

/** What a temper of another version wrote is refused, and not shown as something else than it is. */
function understood<T extends { readonly version: number }>(written: T, run: string): T {
  if (written.version === RUN_VERSION) return written;
  throw new UserError(
    'OtherVersion',
    `${run} is of another version of temper: ${written.version ?? 'none'}, where this one reads ${RUN_VERSION}`,
    { fix: 'look at it with the temper that started it, or in the Temporal UI' },
  );
}

async function noWorker(
  temporal: Temporal,
  workflowId: string,
  version: string | undefined,
  cause?: unknown,
): Promise<UserError> {
  const versioning = await readVersioning(temporal);
  if (version === undefined || !versioning.supported || versioning.current === version) {
    return new UserError('NoWorker', 'no worker answers for the run', { fix: 'start one with: temper worker', cause });
  }
  return new UserError(
    'NoWorkerOfVersion',
    `${workflowId} has version ${version} of the workflow code, which no worker has; one of another version takes it in within a minute where it can, and says so where it cannot`,
    { fix: 'start that build beside the others with: temper worker --drain', cause },
  );
}

/** What a run was started with, from its history. */
export async function readInput({ client }: Pick<Temporal, 'client'>, workflowId: string): Promise<FineTuneInput> {
  const { history } = await client.workflowService.getWorkflowExecutionHistory({
    namespace: client.options.namespace,
    execution: { workflowId },
    maximumPageSize: 1,
  });
  const payload = history?.events?.[0]?.workflowExecutionStartedEventAttributes?.input?.payloads?.[0];
  if (!payload) throw new Error(`the history of ${workflowId} does not begin with its input`);
  return understood(defaultPayloadConverter.fromPayload<FineTuneInput>(payload), workflowId);
}
