/** How a firing fails: Temporal pauses the schedule, and the message becomes its note. */
import { ApplicationFailure, isCancellation } from '@temporalio/workflow';
import type { PipelineCode } from '../../spec/errors/pipeline.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import type { Firing } from '../../spec/retrain.ts';
import { failureLine } from '../../spec/retraining/line.ts';
import { failureOf } from '../failures.ts';
import type { RetrainInput } from '../messages.ts';
import type { FiringContext } from './context.ts';

/** Refuses what a CLI of another version has set: nothing of it but the version may mean what it seems to. */
export function checkSetting({ version }: Pick<RetrainInput, 'version'>): void {
  if (version === RUN_VERSION) return;
  throw ApplicationFailure.nonRetryable(
    `the schedule was set by a temper of another version: its input is of version ${version ?? 'none'}, and this worker reads ${RUN_VERSION}; nothing was started; set it anew with: temper schedule update FILE; then: temper schedule resume NAME`,
    'OtherVersion',
  );
}

/** The run has failed. Its card is the failure's detail. */
export function failedFiring(firing: Firing): ApplicationFailure {
  const { run, name, failure } = firing;
  const { code = 'Unknown', stage = 'a stage that is not known', message = 'why is not known' } = failure ?? {};
  return ApplicationFailure.create({
    type: code,
    message: `${run} failed in ${stage} (${code}): ${failureLine(message)}; see it with: temper show ${run}; when that is mended: ${resume(name)}`,
    nonRetryable: true,
    details: [firing],
  });
}

/** What the decision is drawn from could not be had. */
export function undecided({ name }: FiringContext, error: unknown): unknown {
  if (isCancellation(error)) return error;
  const { code, message } = failureOf(error, 'data');
  return ApplicationFailure.create({
    type: code,
    message: `whether to retrain ${name} could not be decided (${code}): ${failureLine(message)}; nothing was started; when that is mended: ${resume(name)}`,
    nonRetryable: true,
    ...(error instanceof Error && { cause: error }),
  });
}

/** A reset in Temporal has taken the firing back to before it started its run, which is there nevertheless. */
export function startedBefore(run: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(
    `${run} was started before this firing was reset: it goes on by itself, and the next firing writes down what becomes of it`,
    'Conflict' satisfies PipelineCode,
  );
}

/** The run is over, and the ledger does not know. */
export function unkept(firing: Firing, error: unknown): ApplicationFailure {
  const { run, name, outcome = 'ended' } = firing;
  const { code, message } = failureOf(error, 'data');
  return ApplicationFailure.create({
    type: code,
    message: `${run} ${outcome}, and its card could not be written (${code}): ${message}; what was reserved counts; when that is mended: ${resume(name)}`,
    nonRetryable: true,
    details: [firing],
    ...(error instanceof Error && { cause: error }),
  });
}

const resume = (name: string): string => `temper schedule resume ${name}`;
