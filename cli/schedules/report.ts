/** Schedules with what their firings have decided and spent, by the ledger in their bucket. */
import { createAwsClients } from '../../activities/aws.ts';
import { monthSoFar, newestFirings } from '../../activities/retraining/ledger.ts';
import { withItsEnd } from '../../activities/retraining/left.ts';
import { NO_PRICES } from '../../spec/cost/prices.ts';
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
    const { firings, month } = await ledgerOf(temporal, setting, 1, now);
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
    ...(await ledgerOf(temporal, setting, limit, now)),
  };
}

/** Reads the newest cards, and those of this month's runs; Temporal knows of runs what no firing has written down yet. */
async function ledgerOf(
  { client }: Temporal,
  { input: { spec, account, prices = NO_PRICES }, retrain: { budget } }: Setting,
  limit: number,
  now: Date,
) {
  const at = now.toISOString();
  const { newest, trained } = await cardsOf(spec.name, account, limit, at);
  const known = (cards: readonly Firing[]) => Promise.all(cards.map((card) => withItsEnd(client, card, prices)));
  const [firings, ofMonth] = await Promise.all([known(newest.firings), known(trained)]);
  const month: Month = { ...spendingOf(monthOf(at), ofMonth), ...(budget !== undefined && { budget }) };
  return { firings, total: newest.total, month };
}

async function cardsOf(name: string, { region, bucket }: Account, limit: number, at: string) {
  const { s3 } = createAwsClients(region);
  try {
    const [newest, { trained }] = await Promise.all([
      newestFirings(s3, bucket, name, limit),
      monthSoFar(s3, bucket, name, at),
    ]);
    return { newest, trained };
  } catch (error) {
    throw awsFailure(error, `read what the firings of ${name} decided`);
  } finally {
    s3.destroy();
  }
}
