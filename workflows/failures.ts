import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  isCancellation,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { PipelineCode } from '../spec/errors/pipeline.ts';
import { type Failure, RUN_VERSION, type RunRecord, type Stage } from '../spec/record.ts';
import type { FineTuneInput } from './messages.ts';

const UNKNOWN = 'Unknown' satisfies PipelineCode;

/** The error below Temporal's wrapping that says what went wrong. */
export function rootOf(error: unknown): unknown {
  return error instanceof ActivityFailure && error.cause ? error.cause : error;
}

function logOf(details: unknown[] | null | undefined): readonly string[] | undefined {
  const [first] = details ?? [];
  return (first as { log?: readonly string[] } | undefined)?.log;
}

const timedOut = ({ message }: Error, stage: Stage): Pick<Failure, 'code' | 'message'> => ({
  code: 'TimedOut' satisfies PipelineCode,
  message: `the ${stage} step took longer than it may: ${message}`,
});

function typeAndMessage(root: ApplicationFailure, stage: Stage): Pick<Failure, 'code' | 'message'> {
  switch (root.type) {
    // A wait that ran out ends with its last look, which found the job under way.
    case 'InProgress':
      return timedOut(root, stage);
    case 'RangeError':
      return { code: 'InvalidSpec' satisfies PipelineCode, message: root.message };
    default:
      return { code: root.type ?? UNKNOWN, message: root.message };
  }
}

/** What a record says of an error that ended the run. */
export function failureOf(error: unknown, stage: Stage): Failure {
  const root = rootOf(error);
  if (root instanceof ApplicationFailure) {
    const log = logOf(root.details);
    return { ...typeAndMessage(root, stage), stage, ...(log?.length ? { log } : {}) };
  }
  if (root instanceof TimeoutFailure) return { ...timedOut(root, stage), stage };
  if (root instanceof RangeError) return { code: 'InvalidSpec', message: root.message, stage };
  return { code: UNKNOWN, message: root instanceof Error ? root.message : String(root), stage };
}

/**
 * How the workflow ends for an error: cancelled stays cancelled; the rest is an ApplicationFailure that carries the
 * record, so that it can be read without a worker. A plain Error would be retried for ever.
 */
export function closing(error: unknown, record: RunRecord): unknown {
  if (!record.failure) return isCancellation(error) ? error : new CancelledFailure('the run was cancelled');
  const { code, message } = record.failure;
  return ApplicationFailure.create({
    type: code,
    message,
    nonRetryable: true,
    details: [record],
    ...(error instanceof Error ? { cause: error } : {}),
  });
}

/**
 * Refuses a run that a CLI of another version started: fields may be missing, or mean something else. There is no record
 * of such a run, as its spec could not be read by who shows it.
 */
export function checkVersion({ version }: Pick<FineTuneInput, 'version'>): void {
  if (version === RUN_VERSION) return;
  throw ApplicationFailure.nonRetryable(
    `the run was started by a temper of another version: its input is of version ${version ?? 'none'}, and this worker reads ${RUN_VERSION}`,
    'OtherVersion',
  );
}
