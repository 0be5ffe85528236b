import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';

/**
 * Whether a run is over, by its workflow id. One that this Temporal does not know may be open in another: `temper orphans`
 * finds what it left, and lets a person decide.
 */
export async function isOver(run: string): Promise<boolean> {
  try {
    const { status } = await getClient().workflow.getHandle(run).describe();
    return status.name !== 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
