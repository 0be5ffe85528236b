/** Whether a workflow ends with the code that it began with, or goes on with that of the newest version. */
import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';
import { getActivator } from '@temporalio/workflow/lib/global-attributes.js';

type Behavior = 'PINNED' | 'AUTO_UPGRADE';

/** Temporal refuses to hear of it from a worker that is no version, as where a server keeps none. */
const isVersion = (): boolean => Boolean(workflowInfo().currentDeploymentVersion?.deploymentName);

export function keepTo<A extends unknown[], R>(behavior: Behavior, workflow: (...args: A) => Promise<R>): void {
  setWorkflowOptions(() => (isVersion() ? { versioningBehavior: behavior } : {}), workflow);
}

/**
 * The last thing that a pinned workflow does: from then on the newest version answers for it. Its page in the Temporal UI would
 * be empty as soon as no worker has the code that it ran with. The SDK lets a workflow say only at its start what it keeps to, hence
 * the look into its inner state.
 */
export function leaveToNewest(): void {
  if (isVersion()) getActivator().versioningBehavior = 'AUTO_UPGRADE';
}
