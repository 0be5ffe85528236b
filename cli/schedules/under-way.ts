/** The firing of a schedule that is under way, and the run that it has started. */
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { parseWorkflowId } from '../../spec/naming.ts';
import type { Temporal } from '../temporal.ts';
import { isNotFound } from '../temporal-errors.ts';
import type { Schedule } from './find.ts';

/** How long Temporal's scheduler is given to do what it was told to, and how often it is looked whether it has. */
export const [FIRES_WITHIN_MS, LOOK_MS] = [20_000, 200];

interface Child {
  readonly workflowId?: string | null;
  readonly runId?: string | null;
}

export interface UnderWay {
  /** Workflow id of the firing. */
  readonly firing: string;
  /** Workflow id of its run; absent while it decides. */
  readonly run?: string;
}

/** Asked of the firing itself, as its schedule hears of its end a moment later. */
export async function underWay(temporal: Temporal, { description }: Schedule): Promise<UnderWay | undefined> {
  const [running] = description.info.runningActions;
  if (!running) return undefined;
  const firing = running.workflow.workflowId;
  const described = await describeFiring(temporal, firing);
  if (described?.status.name !== 'RUNNING') return undefined;
  const run = runOf(described);
  return { firing, ...(run !== undefined && { run }) };
}

/** `undefined` where nothing has been started under that id. */
export async function describeFiring(
  { client }: Temporal,
  firing: string,
): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await client.workflow.getHandle(firing).describe();
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The run that a firing waits for, once there is one to ask: Temporal names it a moment before it starts. */
export function runOf({ raw }: { readonly raw: { readonly pendingChildren?: Child[] | null } }): string | undefined {
  const started = (raw.pendingChildren ?? []).filter(({ runId }) => runId);
  return started.map(({ workflowId }) => workflowId ?? '').find((id) => parseWorkflowId(id) !== undefined);
}
