/** Whether a workflow ends with the code that it began with, or goes on with that of the newest version. */
import { setWorkflowOptions, workflowInfo } from '@temporalio/workflow';

type Behavior = 'PINNED' | 'AUTO_UPGRADE';

/** Temporal refuses to hear of it from a worker that is no version, as where a server keeps none. */
const saidByVersions = (versioningBehavior: Behavior) => () =>
  workflowInfo().currentDeploymentVersion?.deploymentName ? { versioningBehavior } : {};

export function keepTo<A extends unknown[], R>(behavior: Behavior, workflow: (...args: A) => Promise<R>): void {
  setWorkflowOptions(saidByVersions(behavior), workflow);
}
