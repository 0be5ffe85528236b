/** `temper schedule update FILE`: another spec, code or times from the next firing on. */
import { durationSeconds } from '../../spec/duration.ts';
import { phaseOf } from '../../spec/retraining/times.ts';
import type { Context } from '../context.ts';
import { nameEnvironment } from '../environment.ts';
import { UserError } from '../errors.ts';
import { renderChanges, renderScheduled } from '../rendering/schedules.ts';
import type { Temporal } from '../temporal.ts';
import { agreed, tellPlan } from './agree.ts';
import { type Change, changesOf } from './changes.ts';
import { setByOf } from './definition.ts';
import { findSchedule, type Schedule } from './find.ts';
import { inputFor, prepare, type ScheduleOverrides, uploadCode } from './prepare.ts';
import { redefine } from './redefine.ts';
import { stateOf, understood } from './state.ts';
import { underWay } from './under-way.ts';

/** Tells what changes; whether it is paused and how many firings are left does not, unless it is said. */
export async function updateSchedule(
  context: Context,
  temporal: Temporal,
  path: string,
  overrides: ScheduleOverrides,
  { yes }: { readonly yes: boolean },
): Promise<void> {
  const { output } = context;
  nameEnvironment(context, temporal.environment);
  const prepared = await prepare(context, temporal, path, overrides);
  const { retrain, file } = prepared;
  const { name } = file.spec;
  const schedule = await findSchedule(temporal, name);
  const before = understood(schedule);
  const { input, code } = await inputFor(context, prepared);
  // What a temper of another version has set cannot be compared.
  const changes: Change[] = before instanceof UserError ? [{ path: 'version' }] : changesOf(before.input, input);
  if (changes.length === 0 && overrides.remaining === undefined) {
    return output.result({ ...(await stateOf(temporal, schedule)), changes }, `nothing of ${name} has changed`);
  }
  const now = new Date();
  const phase = phaseAfter(schedule, retrain.every);
  await tellPlan(context, temporal, prepared, phase, now);
  output.note({ code: 'schedule.changes', text: `${renderChanges(changes, output.noteStyle)}\n`, data: { changes } });
  if (!(await agreed(context, prepared, yes, 'update it?'))) return;
  await uploadCode(context, prepared, code);
  const counted = overrides.remaining !== undefined || changes.some((change) => change.path === 'retrain.remaining');
  const definition = { input, retrain, setBy: setByOf(context, path, now), phase };
  await redefine(temporal, definition, counted ? { remaining: retrain.remaining } : {});
  const updated = await findSchedule(temporal, name);
  const state = await stateOf(temporal, updated);
  const open = await underWay(temporal, updated);
  const text = [
    renderScheduled(state, 'is updated', output),
    ...(open ? [`  what is under way goes on as it began: ${open.run ?? open.firing}`] : []),
  ].join('\n');
  output.result({ ...state, changes }, output.hint(text));
}

/** An interval that stays goes on counting from where it did; another one counts from the schedule's creation as well. */
function phaseAfter({ description: { spec, info } }: Schedule, every: string | undefined): number {
  if (every === undefined) return 0;
  const [interval] = spec.intervals ?? [];
  return interval?.every === durationSeconds(every) * 1000 ? (interval.offset ?? 0) : phaseOf(every, info.createdAt);
}
