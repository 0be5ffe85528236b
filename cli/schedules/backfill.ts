/** `temper schedule backfill NAME`: the firings of a time that is over. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ScheduleDescription, ScheduleHandle } from '@temporalio/client';
import { formatUsd } from '../../spec/cost/budget.ts';
import { costOf } from '../../spec/cost/cost.ts';
import { NO_PRICES } from '../../spec/cost/prices.ts';
import { scheduleIdOf } from '../../spec/naming.ts';
import { canAsk, consents } from '../ask.ts';
import type { Context } from '../context.ts';
import { isBilled, nameEnvironment } from '../environment.ts';
import { UserError, usageError } from '../errors.ts';
import { formatCount, plural } from '../rendering/format.ts';
import { labelled } from '../rendering/schedule-plan.ts';
import { momentText } from '../rendering/schedule-text.ts';
import type { Temporal } from '../temporal.ts';
import { findSchedule, type Setting, settingOf } from './find.ts';
import { MOST_TIMES, timesBetween } from './matching.ts';
import { FIRES_WITHIN_MS, LOOK_MS } from './under-way.ts';

export interface BackfillOptions {
  readonly from: Date;
  readonly to: Date;
  readonly yes: boolean;
}

/** One after the other (`BUFFER_ALL`): taking turns, as by the clock, would leave all but the first out. */
export async function backfillSchedule(
  context: Context,
  temporal: Temporal,
  name: string,
  { from, to, yes }: BackfillOptions,
): Promise<void> {
  const { output } = context;
  nameEnvironment(context, temporal.environment);
  if (from >= to) {
    const times = `--from ${momentText(from.toISOString())}, --to ${momentText(to.toISOString())}`;
    throw usageError('NothingToFire', `no time is between them: ${times}`, 'give an earlier --from, or a later --to');
  }
  if (from.getTime() > Date.now()) {
    const given = `--from ${momentText(from.toISOString())} is yet to come`;
    throw usageError(
      'NothingToFire',
      `${given}: only firings of a time that is over can be made up for`,
      'give an earlier --from',
    );
  }
  const schedule = await findSchedule(temporal, name);
  const setting = settingOf(schedule);
  if (schedule.description.state.paused) {
    const fix = `let it go on first with: temper schedule resume ${name}`;
    throw usageError('SchedulePaused', `${name} is paused, which holds back the firings of a time that is over`, fix);
  }
  // Temporal leaves out the moment that a time begins with.
  const start = new Date(from.getTime() - 1);
  const end = new Date(Math.min(to.getTime(), Date.now()));
  const times = start < end ? await timesBetween(temporal, name, start, end) : [];
  const between = `between ${momentText(from.toISOString())} and ${momentText(end.toISOString())}`;
  const [first] = times;
  const last = times.at(-1);
  if (!first || !last || times.length === MOST_TIMES) {
    const many = times.length === MOST_TIMES ? `${formatCount(MOST_TIMES)} firings or more` : 'no firings';
    throw usageError('NothingToFire', `${name} has ${many} ${between}`, 'give other times with --from and --to');
  }
  const { timezone } = setting.retrain;
  const screen = { style: output.noteStyle, columns: output.columns, whole: output.whole };
  const text = [
    ...labelled(
      'firings',
      `${times.length}, one after the other; each decides on what is there when it begins`,
      screen,
    ),
    ...labelled('from', momentText(first.toISOString(), timezone), screen),
    ...labelled('to', momentText(last.toISOString(), timezone), screen),
    ...labelled('at most', mostText(setting, times.length), screen),
  ].join('\n');
  const fired = times.map((time) => time.toISOString());
  output.note({ code: 'schedule.backfill', text, data: { firings: fired } });
  const asks = isBilled(temporal.environment, setting.input.spec.train.engine) && !yes && canAsk(context);
  if (asks && !(await consents(context, 'let them fire?', 'nothing was started'))) return;
  const handle = temporal.client.schedule.getHandle(scheduleIdOf(name));
  const before = begunIn(await handle.describe());
  await handle.backfill({ start, end, overlap: 'BUFFER_ALL' });
  await untilBegun(handle, name, before);
  const done = `${plural(times.length, 'firing')} of ${name} begun; see what they decide with: temper schedule show ${name}`;
  output.result({ name, firings: fired }, output.hint(done));
}

/** Of what the scheduler is told twice in the same moment, it keeps one and says nothing of the other. */
async function untilBegun(handle: ScheduleHandle, name: string, before: number): Promise<void> {
  const deadline = Date.now() + FIRES_WITHIN_MS;
  while (Date.now() < deadline) {
    if (begunIn(await handle.describe()) > before) return;
    await sleep(LOOK_MS);
  }
  throw new UserError('NotFired', `${name} was told to fire, and has not within ${FIRES_WITHIN_MS / 1000} s`, {
    fix: `see whether it comes yet with: temper schedule show ${name}; or backfill it again`,
  });
}

/** Firings that were begun, and those that wait for their turn. */
const begunIn = ({ info, raw }: ScheduleDescription): number =>
  info.numActionsTaken + Number(raw.info?.bufferSize ?? 0);

function mostText({ input: { spec, prices = NO_PRICES }, retrain: { budget } }: Setting, count: number): string {
  const { usd } = costOf(spec, prices);
  const sum = usd === undefined ? 'an unknown sum' : `${formatUsd(usd * count)} USD`;
  return budget === undefined
    ? `${sum}, if each of them trains`
    : `what is left of ${budget} this month; ${sum} if each of them trains`;
}
