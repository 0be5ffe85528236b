/** Schedules with what their firings have decided and spent, by the ledger in their bucket. */
import { createAwsClients } from '../../activities/aws.ts';
import { newestFirings, trainedInMonth } from '../../activities/retraining/ledger.ts';
import type { Account, SourceBundle } from '../../spec/record.ts';
import type { Firing } from '../../spec/retrain.ts';
import { monthOf, type Spending, spendingOf } from '../../spec/retraining/budget.ts';
import type { Spec } from '../../spec/spec.ts';
import { awsFailure } from '../endpoints/aws-failure.ts';
import { UserError } from '../errors.ts';
import type { Temporal } from '../temporal.ts';
import type { SetBy } from './definition.ts';
import { findSchedule, listSchedules, type Schedule, type Setting, settingOf } from './find.ts';
import { type ScheduleState, stateOf, understood } from './state.ts';
import { underWay } from './under-way.ts';

/** What the runs of a schedule have cost in a calendar month, or can still cost, and may. */
export interface Month extends Spending {
  readonly budget?: string;
}

/** One line of `temper schedule ls`. */
export interface ScheduleSummary extends ScheduleState {
  /** The newest firing; absent where there was none. */
  readonly last?: Firing;
  readonly month?: Month;
}

export interface LeftOut {
  /** Another firing was under way. */
  readonly underWay: number;
  /** Temporal was down for longer than `catchUp`. */
  readonly missed: number;
}

/** What `temper schedule show` tells. */
export interface ScheduleReport extends ScheduleState {
  readonly spec: Spec;
  readonly account: Account;
  /** The code, packed when the spec was given; absent where the engine runs none. */
  readonly source?: SourceBundle;
  readonly setBy: SetBy;
  /** What its page in the Temporal UI says: the last decisions, or why it is paused. */
  readonly note?: string;
  /** Workflow id of the run of the firing under way. */
  readonly run?: string;
  readonly month: Month;
  /** Times of the schedule that came to no firing. */
  readonly leftOut: LeftOut;
  /** The newest first. */
  readonly firings: readonly Firing[];
  /** How many firings there were. */
  readonly total: number;
}

/** Of the environment, by name. One whose ledger cannot be read says so, and hides no other. */
export async function summaries(temporal: Temporal, now: Date): Promise<ScheduleSummary[]> {
  return Promise.all((await listSchedules(temporal)).map((schedule) => summaryOf(temporal, schedule, now)));
}

async function summaryOf(temporal: Temporal, schedule: Schedule, now: Date): Promise<ScheduleSummary> {
  const state = await stateOf(temporal, schedule);
  const setting = understood(schedule);
  if (setting instanceof UserError) return state;
  try {
    const { firings, month } = await ledgerOf(setting, 1, now);
    const [last] = firings;
    return { ...state, ...(last && { last }), month };
  } catch (error) {
    if (error instanceof UserError) return { ...state, problem: error.message };
    throw error;
  }
}

export async function reportOf(temporal: Temporal, name: string, limit: number, now: Date): Promise<ScheduleReport> {
  const schedule = await findSchedule(temporal, name);
  const setting = settingOf(schedule);
  const { spec, account, source } = setting.input;
  const {
    info,
    state: { note },
  } = schedule.description;
  const { firing: _, ...state } = await stateOf(temporal, schedule);
  return {
    ...state,
    ...(await underWay(temporal, schedule)),
    spec,
    account,
    ...(source && { source }),
    setBy: setting.setBy,
    leftOut: { underWay: info.numActionsSkippedOverlap, missed: info.numActionsMissedCatchupWindow },
    ...(note && { note }),
    ...(await ledgerOf(setting, limit, now)),
  };
}

/** Reads the newest cards, and those of this month's runs. */
async function ledgerOf({ input: { spec, account }, retrain: { budget } }: Setting, limit: number, now: Date) {
  const { s3 } = createAwsClients(account.region);
  const at = now.toISOString();
  try {
    const [newest, trained] = await Promise.all([
      newestFirings(s3, account.bucket, spec.name, limit),
      trainedInMonth(s3, account.bucket, spec.name, at),
    ]);
    const month: Month = { ...spendingOf(monthOf(at), trained), ...(budget !== undefined && { budget }) };
    return { ...newest, month };
  } catch (error) {
    throw awsFailure(error, `read what the firings of ${spec.name} decided`);
  } finally {
    s3.destroy();
  }
}
