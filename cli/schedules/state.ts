/** What Temporal knows of a schedule, in the words of this CLI. */
import { scheduleIdOf } from '../../spec/naming.ts';
import type { Times } from '../../spec/retraining/times.ts';
import { UserError } from '../errors.ts';
import { type Temporal, uiAddress } from '../temporal.ts';
import { type Schedule, type Setting, settingOf } from './find.ts';
import { underWay } from './under-way.ts';

const NEXT = 5;

export interface ScheduleState {
  readonly name: string;
  /** Its id in Temporal. */
  readonly schedule: string;
  /** Absent where a temper of another version has set it. */
  readonly times?: Times;
  readonly paused: boolean;
  /** ISO 8601; the next five, with jitter; of a paused schedule those that it would have. */
  readonly next: readonly string[];
  /** Workflow id of the firing that is under way. */
  readonly firing?: string;
  /** How many firings are left; absent where they are not counted. */
  readonly remaining?: number;
  /** Address of its page in Temporal's UI, where there is one. */
  readonly ui?: string;
  /** Why no more is known of it. */
  readonly problem?: string;
}

export async function stateOf(temporal: Temporal, schedule: Schedule): Promise<ScheduleState> {
  const { name, description } = schedule;
  const { state, info } = description;
  const open = await underWay(temporal, schedule);
  const ui = uiAddress(temporal.environment, scheduleIdOf(name), 'schedules');
  return {
    name,
    schedule: scheduleIdOf(name),
    ...timesOf(schedule),
    paused: state.paused,
    next: info.nextActionTimes.slice(0, NEXT).map((time) => time.toISOString()),
    ...(open && { firing: open.firing }),
    ...(state.remainingActions !== undefined && { remaining: state.remainingActions }),
    ...(ui && { ui }),
  };
}

function timesOf(schedule: Schedule): Pick<ScheduleState, 'times' | 'problem'> {
  const setting = understood(schedule);
  if (setting instanceof UserError) return { problem: setting.message };
  const { every, cron, timezone } = setting.retrain;
  return { times: { ...(every !== undefined && { every }), ...(cron !== undefined && { cron }), timezone } };
}

/** What its firings start with, or why that cannot be told. */
export function understood(schedule: Schedule): Setting | UserError {
  try {
    return settingOf(schedule);
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
}
