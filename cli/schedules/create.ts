/** `temper schedule create FILE`: a model that is trained again by itself. */
import { ScheduleAlreadyRunning } from '@temporalio/client';
import { scheduleIdOf } from '../../spec/naming.ts';
import { phaseOf } from '../../spec/retraining/times.ts';
import type { Context } from '../context.ts';
import { nameEnvironment } from '../environment.ts';
import { EXIT, UserError } from '../errors.ts';
import { renderScheduled } from '../rendering/schedules.ts';
import type { Temporal } from '../temporal.ts';
import { agreed, tellPlan } from './agree.ts';
import { partsOf, setByOf } from './definition.ts';
import { findSchedule, lookForSchedule } from './find.ts';
import { inputFor, prepare, type ScheduleOverrides, uploadCode } from './prepare.ts';
import { stateOf } from './state.ts';

export interface CreateOptions {
  readonly paused: boolean;
  readonly yes: boolean;
}

/** Checks and tells everything first; throws a user error where a firing could not do its work, or there is a schedule. */
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
  const state = await stateOf(temporal, await findSchedule(temporal, name));
  output.result(state, output.hint(renderScheduled(state, 'is scheduled', output)));
}

function scheduleExists(name: string, cause?: unknown): UserError {
  return new UserError('ScheduleExists', `${name} is scheduled already: a model has one schedule`, {
    fix: 'give it another spec, code or times with: temper schedule update FILE',
    exitCode: EXIT.usage,
    cause,
  });
}
