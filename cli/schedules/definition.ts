/** A schedule as Temporal keeps it: when it fires, what it then starts, and who said so. */
import type { ScheduleOptions, ScheduleOptionsAction } from '@temporalio/client';
import { durationSeconds } from '../../spec/duration.ts';
import type { RetrainSpec } from '../../spec/schema/retrain.ts';
import type { RetrainInput } from '../../workflows/messages.ts';
import { firingOptions } from '../../workflows/start.ts';
import type { Context } from '../context.ts';
import { whoIs } from '../who.ts';

/** Who gave a schedule its spec, from where and when; kept in the memo of its action, so that each firing has it too. */
export interface SetBy {
  readonly by: string;
  /** ISO 8601. */
  readonly at: string;
  /** The spec file, as it was given. */
  readonly file: string;
}

export const setByOf = (context: Context, file: string, now: Date): SetBy => ({
  by: whoIs(context),
  at: now.toISOString(),
  file,
});

export interface Definition {
  readonly input: RetrainInput;
  readonly retrain: RetrainSpec;
  readonly setBy: SetBy;
  /** Of `every`, in milliseconds: see spec/retraining/times.ts. */
  readonly phase: number;
}

type Part = 'spec' | 'action' | 'policies' | 'typedSearchAttributes';
type Parts = Required<Pick<ScheduleOptions<ScheduleOptionsAction>, Part>>;

/**
 * What is fixed for each schedule, and why: firings take turns (`SKIP`), what was missed is made up for within minutes and
 * not within Temporal's year, and nothing is paid for again after a failure before somebody has looked.
 */
export function partsOf({ input, retrain, setBy, phase }: Definition): Parts {
  const { every, cron, timezone, jitter, catchUp } = retrain;
  const action = firingOptions(input);
  const ms = (duration: string): number => durationSeconds(duration) * 1000;
  return {
    spec: {
      ...(every !== undefined && { intervals: [{ every: ms(every), offset: phase }] }),
      ...(cron !== undefined && { cronExpressions: [cron] }),
      timezone,
      ...(jitter !== undefined && { jitter: ms(jitter) }),
    },
    action: { type: 'startWorkflow', workflowType: 'retrain', ...action, memo: { setBy } },
    policies: { overlap: 'SKIP', catchupWindow: ms(catchUp), pauseOnFailure: true },
    typedSearchAttributes: action.typedSearchAttributes,
  };
}
