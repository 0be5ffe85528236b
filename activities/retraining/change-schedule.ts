/** Changes of a schedule that are made from how it stands, whatever others do to it at the same time. */
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { scheduleIdOf } from '../../spec/naming.ts';
import { GRPC_STATUS } from '../grpc-status.ts';

type WorkflowService = Client['workflowService'];

/** A schedule as Temporal's API has it. */
export type RawSchedule = NonNullable<Awaited<ReturnType<WorkflowService['describeSchedule']>>['schedule']>;

/** What an update sets; search attributes stay where none are given. */
export type ScheduleChange = Pick<Parameters<WorkflowService['updateSchedule']>[0], 'schedule' | 'searchAttributes'>;

const { NOT_FOUND, FAILED_PRECONDITION } = GRPC_STATUS;

/** Each that is lost is one that another change has won. */
const ATTEMPTS = 20;

/** What a call gives, or nothing where it is refused with a status of gRPC. */
const unless = (code: number) => (error: unknown) => {
  if (isGrpcServiceError(error) && (error.code as number) === code) return undefined;
  throw error;
};

/** The schedule of a name as it stands; `undefined` where there is none. */
export async function describeSchedule({ workflowService, options: { namespace } }: Client, name: string) {
  return workflowService.describeSchedule({ namespace, scheduleId: scheduleIdOf(name) }).catch(unless(NOT_FOUND));
}

/**
 * Changes the schedule of a name from how it stands. Where somebody has changed it meanwhile, Temporal drops the update without a
 * word, or refuses it: so it is looked at again, and changed from how it stands then.
 *
 * @param change gives what is to be, or nothing where the schedule is so already
 * @returns whether it is so; false where there is no such schedule, or others change it without end
 */
export async function changeSchedule(
  client: Client,
  name: string,
  change: (schedule: RawSchedule) => ScheduleChange | undefined,
): Promise<boolean> {
  const {
    workflowService,
    options: { namespace, identity },
  } = client;
  const scheduleId = scheduleIdOf(name);
  for (let attempt = 0; attempt <= ATTEMPTS; attempt += 1) {
    const found = await describeSchedule(client, name);
    if (!found?.schedule) return false;
    const changed = change(found.schedule);
    if (!changed) return true;
    if (attempt === ATTEMPTS) break;
    const { conflictToken } = found;
    await workflowService
      .updateSchedule({ namespace, scheduleId, identity, conflictToken, ...changed })
      .catch(unless(FAILED_PRECONDITION));
  }
  return false;
}
