/** The note of a schedule, which its page in the Temporal UI shows. */
import { getClient } from '@temporalio/activity';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { scheduleIdOf } from '../../spec/naming.ts';

/** gRPC status NOT_FOUND. */
const NOT_FOUND = 5;

/** Somebody who changes a schedule faster than that has the note. */
const ATTEMPTS = 5;

/**
 * Writes the note of a name's schedule, and nothing else of it. Where somebody has changed the schedule meanwhile, Temporal drops
 * the update without a word: it is looked for, and written again from how the schedule stands then. One that is paused keeps
 * its note, which says why; one that is gone has none.
 */
export async function writeNote(name: string, notes: string): Promise<void> {
  const client = getClient();
  const { namespace } = client.options;
  const scheduleId = scheduleIdOf(name);
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const { schedule, conflictToken } = (await describe(client, scheduleId)) ?? {};
    if (!schedule || schedule.state?.paused || schedule.state?.notes === notes) return;
    await client.workflowService.updateSchedule({
      namespace,
      scheduleId,
      conflictToken: conflictToken ?? null,
      schedule: { ...schedule, state: { ...schedule.state, notes } },
      identity: client.options.identity,
    });
  }
}

async function describe({ workflowService, options: { namespace } }: Client, scheduleId: string) {
  try {
    return await workflowService.describeSchedule({ namespace, scheduleId });
  } catch (error) {
    if (isGrpcServiceError(error) && (error.code as number) === NOT_FOUND) return undefined;
    throw error;
  }
}
