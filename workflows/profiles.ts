/**
 * How each kind of activity is timed and retried. `cancellationType` is always set: left alone it behaves as
 * TRY_CANCEL, whatever its documentation says. Every activity heartbeats (activities/heartbeating.ts), so that the work
 * of a killed worker is taken up again within seconds.
 */
import { ActivityCancellationType, type ActivityOptions } from '@temporalio/workflow';

const heartbeatTimeout = '10 seconds';

const retry = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  // A call that needs ten answers, of which one in three fails, needs a few dozen attempts: they must not take an hour.
  maximumInterval: '15s',
  // What the pure logic of spec/ throws for a value that no retry can mend.
  nonRetryableErrorTypes: ['RangeError'],
} satisfies ActivityOptions['retry'];

/** Where attempts are looks at a job, their number says nothing of how often something went wrong. */
const retryLooks = { ...retry, backoffCoefficient: 1 };

/** One AWS call, or a few. */
const call = { startToCloseTimeout: '1 minute', heartbeatTimeout, retry } satisfies ActivityOptions;

/** An AWS call or a few: seconds. Retried for a day: credentials that expire in the evening are back in the morning. */
export const quickCall = {
  ...call,
  scheduleToCloseTimeout: '1 day',
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} satisfies ActivityOptions;

/**
 * Creates something that bills. A cancel waits for the call to end, or else clean-up could look before the job is there.
 * A full quota or a busy endpoint is waited for, up to a day.
 */
export const submit = {
  ...call,
  scheduleToCloseTimeout: '1 day',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} satisfies ActivityOptions;

/** The same, where the workflow waits for the quota of an instance type, or tries another one. */
export const submitOrMoveOn = {
  ...submit,
  retry: { ...retry, nonRetryableErrorTypes: [...retry.nonRetryableErrorTypes, 'QuotaExceeded'] },
} satisfies ActivityOptions;

/**
 * One look an attempt; the failure of a look that finds the job under way carries the delay to the next one. A look reads
 * and writes nothing that needs undoing, so a cancel does not wait for it. A look that ends a wait may score a large test
 * split, hence its quarter of an hour.
 */
export function awaitJob(maxSeconds: number): ActivityOptions {
  const queueAndStart = 24 * 3600;
  return {
    startToCloseTimeout: '15 minutes',
    scheduleToCloseTimeout: (maxSeconds + queueAndStart) * 1000,
    heartbeatTimeout,
    retry: retryLooks,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  };
}

/**
 * Asks a model many questions, and tells its progress with each answer. What was answered is kept, so that another attempt
 * goes on from there, and a cancel need not wait.
 */
export function askModel(maxSeconds: number): ActivityOptions {
  return {
    scheduleToCloseTimeout: maxSeconds * 1000,
    heartbeatTimeout,
    retry,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
  };
}

/** Reads what contenders have answered and resamples it, in memory: minutes, with a million rows. */
export const compareRows = {
  startToCloseTimeout: '2 hours',
  scheduleToCloseTimeout: '1 day',
  heartbeatTimeout,
  retry,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} satisfies ActivityOptions;

/** Reads data, captured traffic or labels from end to end, which takes as long as there is much of it. */
export const measure = {
  scheduleToCloseTimeout: '1 day',
  heartbeatTimeout,
  retry,
  cancellationType: ActivityCancellationType.TRY_CANCEL,
} satisfies ActivityOptions;

/**
 * Waits as {@link awaitJob} does, and hands over at its end. A cancel waits for a look under way, so that what was handed
 * over is never taken for what was not.
 */
export function awaitHandOver(maxSeconds: number): ActivityOptions {
  return { ...awaitJob(maxSeconds), cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED };
}

/**
 * Reads and uploads files; heartbeats with its progress. When the machine that has local ones goes away, the run waits for
 * `temper upload`. A cancel waits for the upload to end: it leaves no parts behind.
 */
export function upload(withinSeconds: number): ActivityOptions {
  return {
    scheduleToCloseTimeout: withinSeconds * 1000,
    heartbeatTimeout,
    retry,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  };
}

/** Stops and removes: what it does not reach goes on billing, so it is tried for a day. */
export const cleanUp = {
  ...call,
  retry: retryLooks,
  scheduleToCloseTimeout: '1 day',
  cancellationType: ActivityCancellationType.ABANDON,
} satisfies ActivityOptions;

/** What is tidied up after a run has come to its result: it is given up within minutes, as the run waits for it to end. */
export const afterHandOver = {
  ...call,
  scheduleToCloseTimeout: '10 minutes',
  cancellationType: ActivityCancellationType.ABANDON,
} satisfies ActivityOptions;

/** Ends what bills when its time is over: tried for as long as it takes, and further and further apart. */
export const guard = {
  ...call,
  retry: { ...retry, maximumInterval: '5 minutes' },
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
} satisfies ActivityOptions;

/** Tells people, beside the work. Tried for a day, as {@link quickCall} is, or for as long as it is worth telling. */
export const notify = {
  ...call,
  retry: { ...retry, maximumInterval: '5 minutes' },
  scheduleToCloseTimeout: '1 day',
  cancellationType: ActivityCancellationType.ABANDON,
} satisfies ActivityOptions;
