/** Changes of a schedule that hold: {@link changeSchedule}, or a user error that says why not. */
import { changeSchedule, type RawSchedule, type ScheduleChange } from '../../activities/retraining/change-schedule.ts';
import { UserError } from '../errors.ts';
import type { Temporal } from '../temporal.ts';
import { findSchedule } from './find.ts';

/** @param change gives what is to be, or nothing where the schedule is so already */
export async function applyChange(
  temporal: Temporal,
  name: string,
  change: (schedule: RawSchedule) => ScheduleChange | undefined,
): Promise<void> {
  if (await changeSchedule(temporal.client, name, change)) return;
  await findSchedule(temporal, name);
  throw new UserError(
    'ScheduleBusy',
    `others change the schedule of ${name} at this moment, again and again; it was left to them`,
    { fix: 'try again when they are through' },
  );
}
