/** The run that a firing starts, and what came of it. */
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
import { type Outcome, RUN_VERSION, type RunRecord } from '../../spec/record.ts';
import type { Firing, RetrainDecision } from '../../spec/retrain.ts';
import { billedUsd, mostOf } from '../../spec/retraining/budget.ts';
import { fineTune } from '../fine-tune.ts';
import type { FineTuneInput } from '../messages.ts';
import * as profiles from '../profiles.ts';
import { runOptions } from '../start.ts';
import type { FiringContext } from './context.ts';

const { askForRecord } = proxyActivities<PipelineActivities>(profiles.afterHandOver);

/** How a run ended. */
export interface Ending {
  readonly outcome: Outcome;
  /** Absent where the run had no chance to give it. */
  readonly record?: RunRecord;
  readonly failure?: NonNullable<Firing['failure']>;
  /** What the firing itself is cancelled by. */
  readonly interrupted?: unknown;
  /** Whether there was a run at all: the cancel may have come before. */
  readonly started: boolean;
}

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
    return { ...endingOf(error), started };
  }
}

function endingOf(error: unknown): Omit<Ending, 'started'> {
  const interrupted = CancellationScope.current().consideredCancelled ? { interrupted: error } : {};
  if (isCancellation(error)) return { outcome: 'cancelled', ...interrupted };
  if (!(error instanceof ChildWorkflowFailure)) throw error;
  const { cause } = error;
  if (!(cause instanceof ApplicationFailure)) {
    const failure = {
      code: 'Terminated',
      message: 'it was ended from outside, without clean-up',
      stage: 'data',
    } as const;
    return { outcome: 'failed', failure };
  }
  const [record] = (cause.details ?? []) as RunRecord[];
  const failure = record?.failure ?? { code: cause.type ?? 'Unknown', message: cause.message, stage: 'data' };
  return { outcome: 'failed', failure, ...(record && { record }) };
}

/** Of a run's failure: it was not let spend what it could have cost, once that was known. */
const BEYOND_BUDGET: ReadonlySet<string> = new Set(['BudgetExceeded', 'PriceUnknown']);

/** The firing with what came of its run. A run that its budget has ended makes it a skip. */
export async function settled(
  { prices = NO_PRICES }: FiringContext,
  reserved: Firing,
  { outcome, record: told, failure, started }: Ending,
): Promise<Firing> {
  const { run = '', decision, reservedUsd } = reserved;
  const record = told ?? (started ? await askForRecord(run).catch(() => undefined) : undefined);
  const billed = started ? record && billedUsd(record, prices) : 0;
  const most = record && mostOf(record, prices, reservedUsd);
  const settledNow = {
    ...reserved,
    ...(most !== undefined && { reservedUsd: most }),
    ...(billed !== undefined && { billedUsd: billed }),
    endedAt: new Date().toISOString(),
  };
  if (failure && BEYOND_BUDGET.has(failure.code)) {
    const reason = `${failure.message}; there was reason to train: ${decision.reason}`;
    return { ...settledNow, decision: { ...decision, decided: 'skip', reason, obstacle: 'budget' } };
  }
  const { code, message, stage } = failure ?? {};
  return {
    ...settledNow,
    outcome,
    ...(code !== undefined &&
      message !== undefined && { failure: { code, message, stage: record?.stage ?? stage ?? 'data' } }),
  };
}
