/** The note of a schedule, which its page in the Temporal UI shows. */
import { getClient } from '@temporalio/activity';
import { changeSchedule } from './change-schedule.ts';

/**
 * Writes the note of a name's schedule, and nothing else of it. One that is paused keeps its note, which says why; one that is
 * gone has none, and somebody who changes a schedule without end has the note.
 */
export async function writeNote(name: string, notes: string): Promise<void> {
  await changeSchedule(getClient(), name, (schedule) => {
    const { state } = schedule;
    return state?.paused || state?.notes === notes
      ? undefined
      : { schedule: { ...schedule, state: { ...state, notes } } };
  });
}
