import { workflowInfo } from '@temporalio/workflow';
import { newRunId, type RunRef } from '../../spec/naming.ts';
import type { RetrainInput } from '../messages.ts';

/** What every step of a firing works with. */
export interface FiringContext extends RetrainInput {
  readonly name: string;
  /** The run that it starts, where it does. */
  readonly run: RunRef;
  /** Workflow id. */
  readonly firing: string;
  /** When the schedule wanted it. */
  readonly scheduledAt: string;
  /** When Temporal started it. */
  readonly startedAt: string;
  /** When it begins to decide. */
  readonly at: string;
}

export function contextOf(input: RetrainInput): FiringContext {
  const { workflowId, searchAttributes, startTime } = workflowInfo();
  // Temporal sets it for what a schedule starts; a client of one's own may start a firing as well.
  const [scheduled] = (searchAttributes.TemporalScheduledStartTime ?? []) as Date[];
  const { name } = input.spec;
  return {
    ...input,
    name,
    run: { name, id: newRunId((limit) => Math.floor(Math.random() * limit)) },
    firing: workflowId,
    startedAt: startTime.toISOString(),
    scheduledAt: (scheduled ?? startTime).toISOString(),
    at: new Date().toISOString(),
  };
}
