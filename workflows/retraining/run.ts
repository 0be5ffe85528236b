/** The run that a firing starts, and what came of it. */
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import {
  ApplicationFailure,
  CancellationScope,
  ChildWorkflowCancellationType,
  ChildWorkflowFailure,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  startChild,
} from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import { NO_PRICES } from '../../spec/cost/prices.ts';
import { workflowIdOf } from '../../spec/naming.ts';
import { RUN_VERSION, type RunRecord } from '../../spec/record.ts';
import type { Firing, RetrainDecision } from '../../spec/retrain.ts';
import { type RunEnd, settled, TERMINATED } from '../../spec/retraining/settle.ts';
import { fineTune } from '../fine-tune.ts';
import type { FineTuneInput } from '../messages.ts';
import * as profiles from '../profiles.ts';
import { runOptions } from '../start.ts';
import type { FiringContext } from './context.ts';
import { startedBefore } from './failures.ts';

const { askForRecord } = proxyActivities<PipelineActivities>(profiles.afterHandOver);

/** How a run ended, and what the firing itself is cancelled by. */
export type Ending = RunEnd & { readonly interrupted?: unknown };

/** @param budget of the run, where it is another one than that of the spec */
export async function runToItsEnd(
  { run, spec, account, source, prices }: FiringContext,
  decision: RetrainDecision,
  budget: string | undefined,
): Promise<Ending> {
  const input: FineTuneInput = {
    version: RUN_VERSION,
    run,
    spec: budget === undefined ? spec : { ...spec, budget },
    account,
    startedBy: { how: 'schedule', ...decision.asked },
    decision,
    // Nothing of it lies on a machine: there is no directory to start from.
    directory: '/',
    ...(source && { source }),
    ...(prices && { prices }),
  };
  let started = false;
  try {
    const child = await startChild(fineTune, {
      ...runOptions(input, { ofSchedule: true }),
      parentClosePolicy: ParentClosePolicy.ABANDON,
      cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    });
    started = true;
    const record = await child.result();
    return { outcome: record.outcome ?? 'failed', record, started };
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) throw startedBefore(workflowIdOf(run));
    return { ...endingOf(error), started };
  }
}

function endingOf(error: unknown): Omit<Ending, 'started'> {
  const interrupted = CancellationScope.current().consideredCancelled ? { interrupted: error } : {};
  if (isCancellation(error)) return { outcome: 'cancelled', ...interrupted };
  if (!(error instanceof ChildWorkflowFailure)) throw error;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) return { outcome: 'failed', failure: TERMINATED };
  const [record] = (cause.details ?? []) as RunRecord[];
  const failure = record?.failure ?? { code: cause.type ?? 'Unknown', message: cause.message, stage: 'data' };
  return { outcome: 'failed', failure, ...(record && { record }) };
}

/** The firing with what came of its run. */
export async function settle({ prices = NO_PRICES }: FiringContext, reserved: Firing, ending: Ending): Promise<Firing> {
  const asks = ending.started && !ending.record;
  const record = asks ? await askForRecord(reserved.run ?? '').catch(() => undefined) : ending.record;
  return settled(reserved, { ...ending, record }, prices, new Date().toISOString());
}
