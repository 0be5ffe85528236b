/** A firing with what came of its run. Pure. */
import type { Prices } from '../cost/prices.ts';
import type { Outcome, RunRecord } from '../record.ts';
import type { Firing } from '../retrain.ts';
import { billedUsd, mostOf } from './budget.ts';

/** How the run of a firing ended. */
export interface RunEnd {
  readonly outcome: Outcome;
  /** Absent where the run had no chance to give it. */
  readonly record?: RunRecord | undefined;
  readonly failure?: Firing['failure'] | undefined;
  /** Whether there was a run at all: a cancel may have come before. */
  readonly started: boolean;
}

/** Of a run that had no chance to write its own end. */
export const TERMINATED = {
  code: 'Terminated',
  message: 'it was ended from outside, without clean-up: what it has left is found by: temper orphans',
  stage: 'data',
} as const satisfies Firing['failure'];

/** Of a run's failure: it was not let spend what it could have cost, once that was known. */
const BEYOND_BUDGET: ReadonlySet<string> = new Set(['BudgetExceeded', 'PriceUnknown']);

/** A run that its budget has ended makes the firing a skip. */
export function settled(reserved: Firing, end: RunEnd, prices: Prices, endedAt: string): Firing {
  const { outcome, record, failure, started } = end;
  const { decision, reservedUsd } = reserved;
  const billed = started ? record && billedUsd(record, prices) : 0;
  const most = record && mostOf(record, prices, reservedUsd);
  const settledNow = {
    ...reserved,
    ...(most !== undefined && { reservedUsd: most }),
    ...(billed !== undefined && { billedUsd: billed }),
    endedAt,
  };
  if (failure && BEYOND_BUDGET.has(failure.code)) {
    const reason = `${failure.message}; there was reason to train: ${decision.reason}`;
    return { ...settledNow, decision: { ...decision, decided: 'skip', reason, obstacle: 'budget' } };
  }
  if (!failure) return { ...settledNow, outcome };
  const { code, message, stage } = failure;
  return { ...settledNow, outcome, failure: { code, message, stage: record?.stage ?? stage } };
}
