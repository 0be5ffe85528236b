/**
 * What a job, or an endpoint, needs of the account: instance types in order, and a durable wait where none of them can be
 * had. Of a Bedrock job the base model stands for the type, as the account may have only so many jobs at a time.
 */
import { ApplicationFailure, sleep, workflowInfo } from '@temporalio/workflow';
import type { FailedJob } from '../activities/sagemaker/job-failure.ts';
import { durationSeconds } from '../spec/duration.ts';
import { shortageNotice } from '../spec/notices/run.ts';
import type { Shortage, Stage } from '../spec/record.ts';
import type { RunContext } from './context.ts';
import { rootOf } from './failures.ts';

/** Temporal ends a workflow at 51,200 events, without clean-up: docs/decisions/014. */
const MOST_EVENTS = 48_000;
const FIRST_PAUSE_SECONDS = 60;
const LONGEST_PAUSE_SECONDS = 15 * 60;
/** Machines often are there again within minutes: what is shorter is nobody's concern. */
const LONG_SECONDS = 3600;

export interface Wanted {
  /** Types, or the one base model, in the order in which they are tried. */
  readonly instances: readonly string[];
  /** A duration, `1d`: how long to go on trying after the first one could not be had. */
  readonly maxWait: string;
  /** What is told where nothing was had in that time. */
  readonly givingUp: { readonly because: string; readonly otherwise: string };
}

/** A job on one of the instance types; `attempt` counts from 1, and makes the job's name. */
export interface Attempt {
  readonly attempt: number;
  readonly instance: string;
  readonly job: string;
}

/** The failure of what could not have the machine that it was to run on; nothing of what failed of something else. */
function lackIn(error: unknown): ApplicationFailure | undefined {
  const root = rootOf(error);
  if (!(root instanceof ApplicationFailure)) return undefined;
  return root.type === 'CapacityUnavailable' || root.type === 'QuotaExceeded' ? root : undefined;
}

const detailsOf = ({ details }: ApplicationFailure): Partial<FailedJob> => (details?.[0] ?? {}) as Partial<FailedJob>;

export const isShortage = (error: unknown): boolean => lackIn(error) !== undefined;

/** The job that AWS had made and then no machine for. */
export function lackingJob(error: unknown): string | undefined {
  const lack = lackIn(error);
  return lack && detailsOf(lack).job;
}

function shortageIn(error: unknown, stage: Stage, { instance, job }: Attempt): Shortage | undefined {
  const lack = lackIn(error);
  if (!lack) return undefined;
  const details = detailsOf(lack);
  return {
    stage,
    instance,
    of: lack.type === 'QuotaExceeded' ? 'quota' : 'capacity',
    times: 1,
    job: details.job ?? job,
    message: lack.message,
    billedSeconds: details.billedSeconds ?? 0,
  };
}

function withShortage(known: readonly Shortage[], latest: Shortage): Shortage[] {
  const earlier = known.find(({ instance }) => instance === latest.instance);
  if (!earlier) return [...known, latest];
  const sum = {
    ...latest,
    times: earlier.times + 1,
    billedSeconds: earlier.billedSeconds + latest.billedSeconds,
  };
  return known.map((each) => (each === earlier ? sum : each));
}

/** Quota where only a quota is in the way: then somebody can do something about it. */
const lackOf = (shortages: readonly Shortage[]): Shortage['of'] =>
  shortages.every(({ of }) => of === 'quota') ? 'quota' : 'capacity';

function givenUp(shortages: readonly Shortage[], { maxWait, givingUp }: Wanted): ApplicationFailure {
  const tried = shortages.map(
    ({ instance, of, times, message }) =>
      `\n${instance}: no ${of}, tried ${times} ${times === 1 ? 'time' : 'times'}; ${message}`,
  );
  const [type, remedy] =
    lackOf(shortages) === 'quota'
      ? ['QuotaExceeded', 'ask for a higher quota in Service Quotas']
      : ['CapacityUnavailable', 'start the run again later'];
  return ApplicationFailure.nonRetryable(
    `${givingUp.because} within ${maxWait}; ${remedy}, or ${givingUp.otherwise}:${tried.join('')}`,
    type,
  );
}

/**
 * Does the job on the first instance type that can be had. Where a type cannot, for want of capacity or quota, the next
 * one is tried, each as an attempt of its own whose clean-up `run` registers under the job's name; after the last the run
 * waits, a minute at first and a quarter of an hour in the end, and begins again. Fails with `CapacityUnavailable` or
 * `QuotaExceeded` when `maxWait` is over.
 */
export async function onFirstMachine<T>(
  { progress, cleanUp }: Pick<RunContext, 'progress' | 'cleanUp'>,
  wanted: Wanted,
  jobName: (attempt: number) => string,
  run: (attempt: Attempt) => Promise<T>,
): Promise<T> {
  const { instances, maxWait } = wanted;
  const { stage, shortages: ofOthers = [] } = progress.record;
  let shortages: readonly Shortage[] = [];
  let since: number | undefined;
  let attempt = 0;
  let told = false;
  for (let round = 0; ; round += 1) {
    for (const instance of instances) {
      attempt += 1;
      const current = { attempt, instance, job: jobName(attempt) };
      try {
        return await run(current);
      } catch (error) {
        const shortage = shortageIn(error, stage, current);
        if (!shortage) throw error;
        // It failed, or was never made.
        cleanUp.keep(current.job);
        shortages = withShortage(shortages, shortage);
        progress.note({ shortages: [...ofOthers, ...shortages] });
        since ??= Date.now();
      }
    }
    const begun = since ?? Date.now();
    const left = begun + durationSeconds(maxWait) * 1000 - Date.now();
    if (left <= 0 || workflowInfo().historyLength > MOST_EVENTS) throw givenUp(shortages, wanted);
    const pause = Math.min(left, Math.min(FIRST_PAUSE_SECONDS * 2 ** round, LONGEST_PAUSE_SECONDS) * 1000);
    const waiting = {
      for: lackOf(shortages),
      of: instances.join(', '),
      since: new Date(begun).toISOString(),
      tries: round + 1,
      nextTryAt: new Date(Date.now() + pause).toISOString(),
      message: shortages.at(-1)?.message ?? '',
    };
    if (!told && Date.now() - begun >= LONG_SECONDS * 1000) {
      told = true;
      progress.tell('shortage', () => shortageNotice(progress.record, waiting));
    }
    await progress.whileWaiting(waiting, () => sleep(pause, { summary: `next try on ${waiting.of}` }));
  }
}
