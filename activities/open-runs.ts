import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';

/** Whether this Temporal has a run under way, by its workflow id; `undefined` where it does not know it. */
async function isUnderWay(run: string): Promise<boolean | undefined> {
  try {
    const { status } = await getClient().workflow.getHandle(run).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/**
 * Whether a run is over, by its workflow id. One that this Temporal does not know may be open in another: `temper orphans`
 * finds what it left, and lets a person decide.
 */
export const isOver = async (run: string): Promise<boolean> => (await isUnderWay(run)) === false;

/** Whether a run is known to be open; one that was forgotten is not. */
export const isOpen = async (run: string): Promise<boolean> => (await isUnderWay(run)) === true;
