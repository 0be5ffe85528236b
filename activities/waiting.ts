import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import type { JobProgress } from '../spec/progress.ts';
import { type ErrorType, errorTypeOf, translateAwsError } from './errors.ts';
import { tell } from './heartbeating.ts';
import { putOff } from './pace.ts';

const FIRST_DELAY_MS = 100;
/** A job is over for at most this share of its time before that is noticed. */
const SHARE = 0.15;
const LONGEST_DELAY_MS = 60_000;
const NEAR_END_DELAY_MS = 5_000;

/**
 * Milliseconds until the next look at a job: short at first, so that a short job is not waited for, then up to a minute;
 * never more than a few seconds where a change is near.
 */
export function pollDelay(attempt: number, changeIsNear = false): number {
  const delay = FIRST_DELAY_MS * (1 + SHARE) ** (attempt - 1);
  return Math.round(Math.min(delay, changeIsNear ? NEAR_END_DELAY_MS : LONGEST_DELAY_MS));
}

/** Milliseconds until the next look of this activity, in its turn among those of the worker's other jobs. */
function nextLook(changeIsNear = false): number {
  return pollDelay(activityInfo().attempt, changeIsNear) + Math.round(putOff() * 1000);
}

/**
 * What a waiting activity throws while its job is under way. Temporal's server holds the timer and starts the activity
 * again: no slot is taken in between, and the retries add nothing to the history. The progress outlives the attempt.
 */
export function stillInProgress(progress: JobProgress, changeIsNear = false): ApplicationFailure {
  tell(progress);
  const failure = ApplicationFailure.create({
    type: 'InProgress' satisfies ErrorType,
    message: `${progress.resource} is ${progress.secondaryStatus ?? progress.status}`,
    category: ApplicationFailureCategory.BENIGN,
    nextRetryDelay: nextLook(changeIsNear),
  });
  // Nothing has gone wrong, and the UI would show it below the message.
  failure.stack = '';
  return failure;
}

/**
 * One look at a job by a waiting activity. An error that may pass (throttling, an outage) is looked past at the pace of
 * the wait, as the attempts count looks and not errors.
 */
export async function look<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    const { type, message, nonRetryable, cause } = translateAwsError(error, action);
    throw ApplicationFailure.create({
      ...(type ? { type } : {}),
      message,
      nonRetryable: nonRetryable ?? false,
      ...(cause ? { cause } : {}),
      nextRetryDelay: Math.max(1_000, nextLook()),
    });
  }
}

/** What SageMaker, and Bedrock, say of a job that cannot be stopped as it does not run. */
export const NOT_RUNNING: ReadonlySet<ErrorType> = new Set(['InvalidRequest', 'Conflict']);

/**
 * Stops a job that has the given status and throws until it is over. A job that is over, or was never created, is fine.
 *
 * @param status as described just now; `undefined` where there is no such job
 */
export async function stopJob(
  resource: string,
  status: string | undefined,
  stop: () => Promise<unknown>,
): Promise<void> {
  if (status !== 'InProgress' && status !== 'Stopping') return;
  if (status === 'InProgress') {
    try {
      await stop();
    } catch (error) {
      // It ended between the look and the call, and the next look sees how.
      if (!NOT_RUNNING.has(errorTypeOf(error))) throw translateAwsError(error, `stop ${resource}`);
    }
  }
  throw stillInProgress({ resource, status: 'Stopping' }, true);
}
