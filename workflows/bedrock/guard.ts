/** The time to live of a provisioned throughput: it ends even if its run is terminated and every process dies. */
import {
  ApplicationFailure,
  ChildWorkflowCancellationType,
  condition,
  continueAsNew,
  defineSignal,
  getExternalWorkflowHandle,
  ParentClosePolicy,
  proxyActivities,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import type { GuardedThroughput } from '../../activities/deployment/guard.ts';
import type { Guard } from '../../activities/deployment/servers.ts';
import type { PipelineActivities } from '../../activities/index.ts';
import { guardIdOf, type RunRef, workflowIdOf } from '../../spec/naming.ts';
import * as profiles from '../profiles.ts';
import { searchAttributes } from '../search-attributes.ts';
import { keepTo } from '../versioning.ts';

/** What a guard starts with. */
export interface GuardInput extends Omit<GuardedThroughput, 'guard'>, Guard {
  /** Workflow id of the run that creates the throughput, or takes it over. */
  readonly run: string;
}

/** The throughput is gone: there is nothing to guard. */
const goneSignal = defineSignal('gone');

const { endThroughput } = proxyActivities<PipelineActivities>(profiles.guard);

const LONGEST_PAUSE_MINUTES = 60;

/**
 * Sleeps until the throughput's time is over, then deletes it if it is still this guard's to delete. What AWS refuses for
 * now is tried again for as long as it takes: it bills.
 */
export async function throughputGuard(input: GuardInput): Promise<string> {
  const { id: guard, expiresAt, region, names, run } = input;
  let gone = false;
  setHandler(goneSignal, () => {
    gone = true;
  });
  const what = `provisioned throughput ${names.join(' or ')} of ${run} in ${region}`;
  setCurrentDetails(
    `Deletes ${what} at **${expiresAt}**, unless a later run has taken it over by then. Cancelled or terminated, it leaves a throughput that bills until somebody deletes it.`,
  );
  if (await condition(() => gone, Math.max(1, Date.parse(expiresAt) - Date.now()))) return `${what} was gone before`;
  for (let pause = 1; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MINUTES)) {
    try {
      await endThroughput.executeWithOptions({ summary: `delete ${what}, if it is still the guard's` }, [
        { guard, region, names },
      ]);
      return `${what} is gone, or another run's`;
    } catch (error) {
      setCurrentDetails(`Could not delete ${what}, and tries again in ${pause} min: ${String(error)}`);
      await sleep(`${pause} minutes`);
      if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof throughputGuard>(input);
    }
  }
}

// Sleeps for up to half a year, which no worker of its time may outlive.
keepTo('AUTO_UPGRADE', throughputGuard);

/** Starts a guard that outlives the run, whatever ends it. To be called before what it guards is created. */
export async function startGuard(
  run: RunRef,
  whose: 'candidate' | 'champion' | 'served',
  { region, names, seconds }: Pick<GuardInput, 'region' | 'names'> & { readonly seconds: number },
): Promise<Guard> {
  const guard = { id: guardIdOf(run, whose), expiresAt: new Date(Date.now() + seconds * 1000).toISOString() };
  await startChild(throughputGuard, {
    workflowId: guard.id,
    args: [{ ...guard, region, names, run: workflowIdOf(run) }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    cancellationType: ChildWorkflowCancellationType.ABANDON,
    staticSummary: `time to live of provisioned throughput ${names.join(' or ')}: until ${guard.expiresAt}`,
    typedSearchAttributes: [{ key: searchAttributes.name, value: run.name }],
  });
  return guard;
}

/** Lets the guard end now. One that has ended by itself is fine. */
export async function dismissGuard({ id }: Guard): Promise<void> {
  try {
    await getExternalWorkflowHandle(id).signal(goneSignal);
  } catch (error) {
    if (!(error instanceof ApplicationFailure)) return;
    throw error;
  }
}
