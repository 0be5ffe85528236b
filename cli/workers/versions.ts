/** The pipeline's workers as versions of a Worker Deployment: one for each workflow code, of which one takes new runs. */
import { isGrpcServiceError, type WorkflowExecutionDescription, type WorkflowExecutionInfo } from '@temporalio/client';
import { GRPC_STATUS } from '../../activities/grpc-status.ts';
import { WORKER_DEPLOYMENT } from '../../spec/naming.ts';
import { type Temporal, versionsAtWork } from '../temporal.ts';
import { isNotFound, isUnanswered } from '../temporal-errors.ts';

// VersioningBehavior PINNED, and PinnedOverrideBehavior PINNED.
const [PINNED, PINNED_OVERRIDE] = [1, 1];
const { NOT_FOUND, PERMISSION_DENIED, UNIMPLEMENTED } = GRPC_STATUS;

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

/** An execution and its version. */
export interface Pinned {
  readonly workflowId: string;
  readonly runId: string;
  /** Build id. */
  readonly version: string;
}

const VERSION = 'TemporalWorkerDeploymentVersion';
const BEHAVIOR = 'TemporalWorkflowVersioningBehavior';
const PINNED_AND_OPEN = `ExecutionStatus = 'Running' AND ${BEHAVIOR} = 'Pinned'`;
const attributeOf = (buildId: string): string => `${WORKER_DEPLOYMENT}:${buildId}`;

/** What is under way and has to end with the version that it began with, or was moved to. */
export async function* pinned(
  { client }: Pick<Temporal, 'client'>,
  { except }: { readonly except?: string } = {},
): AsyncGenerator<Pinned> {
  const others = except === undefined ? '' : ` AND ${VERSION} != '${attributeOf(except)}'`;
  const query = `${PINNED_AND_OPEN} AND TemporalWorkerDeployment = '${WORKER_DEPLOYMENT}'${others}`;
  for await (const info of client.workflow.list({ query })) {
    const version = versionListed(info);
    if (version) yield { workflowId: info.workflowId, runId: info.runId, version };
  }
}

/** A query that the SDK answers in the workflow's place. */
const EVERY_WORKFLOW_ANSWERS = '__temporal_workflow_metadata';
/** A worker that is there answers within a fraction of this, also after it has replayed the run. */
const ANSWER_MS = 5_000;

/** Whether a worker of their version answers for these. Temporal goes on showing one that is gone for a minute or more. */
export async function answers(
  { client }: Pick<Temporal, 'client'>,
  runs: readonly Omit<Pinned, 'runId'>[],
): Promise<boolean> {
  for (const { workflowId } of runs) {
    try {
      await client.withDeadline(Date.now() + ANSWER_MS, () =>
        client.workflow.getHandle(workflowId).query(EVERY_WORKFLOW_ANSWERS),
      );
      return true;
    } catch (error) {
      // One that ended meanwhile says nothing of the others.
      if (!isNotFound(error)) return !isUnanswered(error);
    }
  }
  return true;
}

/** The versions of these that no worker has. */
export async function unserved(temporal: Temporal, runs: readonly Omit<Pinned, 'runId'>[]): Promise<Set<string>> {
  if (runs.length === 0) return new Set();
  const [versioning, atWork] = await Promise.all([readVersioning(temporal), versionsAtWork(temporal)]);
  const versions = [...new Set(runs.map(({ version }) => version))];
  const lacking = await Promise.all(
    versions.map(async (version) => {
      if (!atWork.has(version)) return true;
      if (versioning.supported && versioning.current === version) return false;
      return !(await answers(
        temporal,
        runs.filter((run) => run.version === version),
      ));
    }),
  );
  return new Set(versions.filter((_, index) => lacking[index]));
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

/** The same of an execution in a list. */
export function versionListed({
  searchAttributes,
}: Pick<WorkflowExecutionInfo, 'searchAttributes'>): string | undefined {
  const [[version], [behavior]] = [searchAttributes[VERSION] ?? [], searchAttributes[BEHAVIOR] ?? []];
  return typeof version === 'string' && behavior === 'Pinned' ? version.slice(WORKER_DEPLOYMENT.length + 1) : undefined;
}
