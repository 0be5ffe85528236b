/** `temper schedule create FILE`: a model that is trained again by itself. */
import { ScheduleAlreadyRunning } from '@temporalio/client';
import { scheduleIdOf } from '../../spec/naming.ts';
import { phaseOf } from '../../spec/retraining/times.ts';
import { canAsk, consents } from '../ask.ts';
import type { Context } from '../context.ts';
import { nameEnvironment } from '../environment.ts';
import { EXIT, UserError } from '../errors.ts';
import { renderSchedulePlan } from '../rendering/schedule-plan.ts';
import { renderScheduled } from '../rendering/schedules.ts';
import { hasWorker, type Temporal } from '../temporal.ts';
import { whoIs } from '../who.ts';
import { partsOf, type SetBy } from './definition.ts';
import { findSchedule, lookForSchedule } from './find.ts';
import { inputFor, type Prepared, prepare, type ScheduleOverrides, uploadCode } from './prepare.ts';
import { stateOf } from './state.ts';

export interface CreateOptions {
  readonly paused: boolean;
  readonly yes: boolean;
}

export async function createSchedule(
  context: Context,
  temporal: Temporal,
  path: string,
  overrides: ScheduleOverrides,
  { paused, yes }: CreateOptions,
): Promise<void> {
  const { output } = context;
  nameEnvironment(context, temporal.environment);
  const prepared = await prepare(context, temporal, path, overrides);
  const { retrain, file } = prepared;
  const { name } = file.spec;
  if (await lookForSchedule(temporal, name)) throw scheduleExists(name);
  const now = new Date();
  const phase = retrain.every === undefined ? 0 : phaseOf(retrain.every, now);
  await tellPlan(context, temporal, prepared, phase, now);
  if (!(await agreed(context, prepared, yes, 'create it?'))) return;
  const { input, code } = await inputFor(context, prepared);
  await uploadCode(context, prepared, code);
  const setBy = setByOf(context, path, now);
  try {
    await temporal.client.schedule.create({
      scheduleId: scheduleIdOf(name),
      ...partsOf({ input, retrain, setBy, phase }),
      state: { paused, ...(retrain.remaining !== undefined && { remainingActions: retrain.remaining }) },
    });
  } catch (error) {
    throw error instanceof ScheduleAlreadyRunning ? scheduleExists(name, error) : error;
  }
  const state = stateOf(temporal, await findSchedule(temporal, name));
  output.result(state, output.hint(renderScheduled(state, 'is scheduled', output)));
}

export const setByOf = (context: Context, file: string, now: Date): SetBy => ({
  by: whoIs(context),
  at: now.toISOString(),
  file,
});

function scheduleExists(name: string, cause?: unknown): UserError {
  return new UserError('ScheduleExists', `${name} is scheduled already: a model has one schedule`, {
    fix: 'give it another spec, code or times with: temper schedule update FILE',
    exitCode: EXIT.usage,
    cause,
  });
}

export async function tellPlan(
  { output }: Context,
  temporal: Temporal,
  prepared: Prepared,
  phase: number,
  now: Date,
): Promise<void> {
  const screen = { style: output.noteStyle, columns: output.columns, whole: output.whole };
  const text = renderSchedulePlan(prepared, phase, now, screen);
  output.note({ code: 'schedule.plan', text: `${text}\n`, data: { cost: prepared.plan.cost } });
  const warn = (code: string, text: string): void =>
    output.note({ code, text: `  ${screen.style.yellow('!')} ${text}` });
  for (const warning of prepared.warnings) warn('schedule.warning', warning);
  if (await hasWorker(temporal)) return;
  warn('missing.worker', 'no worker answers: firings wait for one; start it with: temper worker');
}

/** Whether it may be done: whoever sits at the terminal is asked where AWS bills for the runs. */
export async function agreed(
  context: Context,
  { plan }: Pick<Prepared, 'plan'>,
  yes: boolean,
  question: string,
): Promise<boolean> {
  return !plan.billed || yes || !canAsk(context) || consents(context, question, 'nothing was changed');
}
