/** The note of a schedule, which its page in the Temporal UI shows. */
import { getClient } from '@temporalio/activity';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { scheduleIdOf } from '../../spec/naming.ts';

/** gRPC status NOT_FOUND. */
const NOT_FOUND = 5;

/**
 * Writes the note of a name's schedule, and nothing else of it: what somebody has changed meanwhile is refused by Temporal, and
 * tried again from how it stands then. A schedule that is paused keeps its note, which says why; one that is gone has none.
 */
export async function writeNote(name: string, notes: string): Promise<void> {
  const client = getClient();
  const { namespace } = client.options;
  const scheduleId = scheduleIdOf(name);
  const described = await describe(client, scheduleId);
  if (!described?.schedule || described.schedule.state?.paused) return;
  const { schedule, conflictToken } = described;
  await client.workflowService.updateSchedule({
    namespace,
    scheduleId,
    conflictToken,
    schedule: { ...schedule, state: { ...schedule.state, notes } },
    identity: client.options.identity,
  });
}

async function describe({ workflowService, options: { namespace } }: Client, scheduleId: string) {
  try {
    return await workflowService.describeSchedule({ namespace, scheduleId });
  } catch (error) {
    if (isGrpcServiceError(error) && (error.code as number) === NOT_FOUND) return undefined;
    throw error;
  }
}
