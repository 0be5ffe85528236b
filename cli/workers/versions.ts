/** The pipeline's workers as versions of a Worker Deployment: one for each workflow code, of which one takes new runs. */
import { isGrpcServiceError, type WorkflowExecutionDescription } from '@temporalio/client';
import { WORKER_DEPLOYMENT } from '../../spec/naming.ts';
import type { Temporal } from '../temporal.ts';

// VersioningBehavior PINNED, and PinnedOverrideBehavior PINNED.
const [PINNED, PINNED_OVERRIDE] = [1, 1];
// gRPC status codes.
const NOT_FOUND = 5;
const PERMISSION_DENIED = 7;
const UNIMPLEMENTED = 12;

/** What the workers of the namespace are, as far as Temporal keeps versions of them. */
export type Versioning =
  | { readonly supported: false }
  | {
      readonly supported: true;
      /** Build id of the version that takes new runs; absent before the first one. */
      readonly current?: string;
    };

/** Asks which version takes new runs. Servers before 1.28, and namespaces where it is switched off, have no versions. */
export async function readVersioning({ client }: Pick<Temporal, 'client'>): Promise<Versioning> {
  try {
    const { workerDeploymentInfo } = await client.workflowService.describeWorkerDeployment({
      namespace: client.options.namespace,
      deploymentName: WORKER_DEPLOYMENT,
    });
    const current = workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId;
    return { supported: true, ...(current && { current }) };
  } catch (error) {
    if (!isGrpcServiceError(error)) throw error;
    if (error.code === NOT_FOUND) return { supported: true };
    const off = error.code === PERMISSION_DENIED && /disabled/i.test(error.details);
    if (off || error.code === UNIMPLEMENTED) return { supported: false };
    throw error;
  }
}

/** From now on new runs begin with this version, and long-lived workflows go on with it. */
export async function makeCurrent({ client }: Pick<Temporal, 'client'>, buildId: string): Promise<void> {
  await client.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: client.options.namespace,
    deploymentName: WORKER_DEPLOYMENT,
    buildId,
    identity: client.options.identity,
    // Its worker has begun to poll, which Temporal may not have noted yet.
    allowNoPollers: true,
    ignoreMissingTaskQueues: true,
  });
}

/** What an execution of another version is called by. */
export interface Elsewhere {
  readonly workflowId: string;
  readonly runId: string;
  /** Build id. */
  readonly version: string;
}

const PINNED_AND_OPEN = `ExecutionStatus = 'Running' AND TemporalWorkflowVersioningBehavior = 'Pinned'`;
const VERSION = 'TemporalWorkerDeploymentVersion';
const attributeOf = (buildId: string): string => `${WORKER_DEPLOYMENT}:${buildId}`;

/** What is under way and has to end with a version other than this one. */
export async function* pinnedElsewhere(
  { client }: Pick<Temporal, 'client'>,
  buildId: string,
): AsyncGenerator<Elsewhere> {
  const ours = `TemporalWorkerDeployment = '${WORKER_DEPLOYMENT}'`;
  const query = `${PINNED_AND_OPEN} AND ${ours} AND ${VERSION} != '${attributeOf(buildId)}'`;
  for await (const { workflowId, runId, searchAttributes } of client.workflow.list({ query })) {
    const [version] = searchAttributes[VERSION] ?? [];
    if (typeof version === 'string') yield { workflowId, runId, version: version.slice(WORKER_DEPLOYMENT.length + 1) };
  }
}

/** How many executions are under way that have to end with this version. */
export async function countPinned({ client }: Pick<Temporal, 'client'>, buildId: string): Promise<number> {
  return (await client.workflow.count(`${PINNED_AND_OPEN} AND ${VERSION} = '${attributeOf(buildId)}'`)).count;
}

/**
 * What moves an execution to a version: until its next workflow task is done, after which it is pinned as if it had begun
 * there. Older servers, 1.29 for one, have no such override, but one that stays and that what it starts inherits.
 */
export function movedTo(buildId: string, once: boolean) {
  const version = { deploymentName: WORKER_DEPLOYMENT, buildId };
  return once ? { oneTime: { targetDeploymentVersion: version } } : { pinned: { behavior: PINNED_OVERRIDE, version } };
}

/** Build id of the version that a run is pinned to, or was moved to; absent where any worker may go on with it. */
export function versionOf({ raw }: WorkflowExecutionDescription): string | undefined {
  const { behavior, versioningOverride: override, deploymentVersion } = raw.workflowExecutionInfo?.versioningInfo ?? {};
  const moved = override?.oneTime?.targetDeploymentVersion ?? override?.pinned?.version;
  if (moved) return moved.buildId ?? undefined;
  return behavior === PINNED ? (deploymentVersion?.buildId ?? undefined) : undefined;
}
