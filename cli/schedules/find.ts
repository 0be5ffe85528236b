/** Finding schedules: by the name of their model, and as a list. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type ScheduleDescription, ScheduleNotFoundError } from '@temporalio/client';
import { parseScheduleId, scheduleIdOf } from '../../spec/naming.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import type { RetrainSpec } from '../../spec/schema/retrain.ts';
import type { RetrainInput } from '../../workflows/messages.ts';
import { didYouMean, UserError, usageError } from '../errors.ts';
import type { Temporal } from '../temporal.ts';
import type { SetBy } from './definition.ts';
import { describeFiring } from './under-way.ts';

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

/** WORKFLOW_EXECUTION_STATUS_RUNNING of Temporal's API. */
const RUNNING = 1;
const HEARS_WITHIN_MS = 5_000;
const LOOK_MS = 100;

/** As it is once Temporal's scheduler has heard of its last firing's end. */
export async function lookForSchedule(temporal: Temporal, name: string): Promise<Schedule | undefined> {
  const deadline = Date.now() + HEARS_WITHIN_MS;
  for (;;) {
    const description = await describeSchedule(temporal, name);
    if (!description) return undefined;
    if (Date.now() > deadline || (await hasHeard(temporal, description))) return { name, description };
    await sleep(LOOK_MS);
  }
}

/**
 * A scheduler that waits for nothing asks after its last firing when somebody looks at the schedule, and pauses the schedule after
 * that where the firing has failed: the first look would find one that goes on.
 */
async function hasHeard(temporal: Temporal, { raw }: ScheduleDescription): Promise<boolean> {
  const last = raw.info?.recentActions?.at(-1);
  if (last?.startWorkflowStatus !== RUNNING) return true;
  const firing = await describeFiring(temporal, last.startWorkflowResult?.workflowId ?? '');
  return firing === undefined || firing.status.name === 'RUNNING';
}

async function describeSchedule({ client }: Temporal, name: string): Promise<ScheduleDescription | undefined> {
  try {
    return await client.schedule.getHandle(scheduleIdOf(name)).describe();
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
