/** Finding schedules: by the name of their model, and as a list. */
import { type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import { parseScheduleId, scheduleIdOf } from '../../spec/naming.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import type { RetrainSpec } from '../../spec/schema/retrain.ts';
import type { RetrainInput } from '../../workflows/messages.ts';
import { didYouMean, UserError, usageError } from '../errors.ts';
import type { Temporal } from '../temporal.ts';
import type { SetBy } from './definition.ts';

/** A schedule of temper, as Temporal describes it. */
export interface Schedule {
  readonly name: string;
  readonly description: ScheduleDescription;
}

/** What its firings start with, and who said so. */
export interface Setting {
  readonly input: RetrainInput;
  readonly retrain: RetrainSpec;
  readonly setBy: SetBy;
}

/** Throws a user error where there is none of that name. */
export async function findSchedule(temporal: Temporal, name: string): Promise<Schedule> {
  const found = await lookForSchedule(temporal, name);
  if (found) return found;
  const fix = didYouMean(name, await scheduledNames(temporal), 'list them with: temper schedule ls');
  throw usageError('ScheduleNotFound', `${JSON.stringify(name)} is not scheduled`, fix);
}

export async function lookForSchedule({ client }: Temporal, name: string): Promise<Schedule | undefined> {
  try {
    return { name, description: await client.schedule.getHandle(scheduleIdOf(name)).describe() };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** Throws a user error for a schedule that a temper of another version has set, whose spec this one may not understand. */
export function settingOf({ name, description: { action } }: Schedule): Setting {
  const [input] = action.args as unknown as [RetrainInput | undefined];
  const { setBy } = (action.memo ?? {}) as { setBy?: SetBy };
  if (input?.version === RUN_VERSION && input.spec.retrain && setBy) {
    return { input, retrain: input.spec.retrain, setBy };
  }
  throw new UserError(
    'OtherVersion',
    `the schedule of ${name} was set by a temper of another version: ${input?.version ?? 'none'}, where this one reads ${RUN_VERSION}`,
    { fix: 'set it anew with: temper schedule update FILE' },
  );
}

/** By name. */
export async function listSchedules(temporal: Temporal): Promise<Schedule[]> {
  const names = await scheduledNames(temporal);
  const found = await Promise.all(names.map((name) => lookForSchedule(temporal, name)));
  return found.filter((each) => each !== undefined);
}

/** The names that have a schedule, in order; other schedules of the namespace are left out. */
export async function scheduledNames({ client }: Temporal): Promise<string[]> {
  const names: string[] = [];
  for await (const { scheduleId, action } of client.schedule.list()) {
    const name = parseScheduleId(scheduleId);
    if (name !== undefined && action?.workflowType === 'retrain') names.push(name);
  }
  return names.sort();
}
