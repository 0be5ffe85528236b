/** What the runs of a schedule may spend in a month, and what they have spent. Pure. */
import { budgetProblem, budgetUsd, exceeds, formatUsd } from '../cost/budget.ts';
import { costOf } from '../cost/cost.ts';
import { monthProblem } from '../cost/month.ts';
import { billOf } from '../cost/paid.ts';
import type { Prices } from '../cost/prices.ts';
import type { RunRecord } from '../record.ts';
import type { Firing } from '../retrain.ts';
import type { Spec } from '../spec.ts';

/** A calendar month in UTC: `2026-11`. */
export const monthOf = (at: string): string => at.slice(0, 'YYYY-MM'.length);

/** What the runs of a schedule have cost in a month, or can still cost. */
export interface Spending {
  readonly month: string;
  readonly usd: number;
  readonly runs: number;
}

/** What counts of a firing against its month: what its run was billed, or where that is not known the most it can be. */
const spentBy = ({ billedUsd, reservedUsd = 0 }: Firing): number => billedUsd ?? reservedUsd;

export function spendingOf(month: string, firings: readonly Firing[]): Spending {
  const trained = firings.filter(({ run }) => run !== undefined);
  return { month, usd: trained.reduce((sum, firing) => sum + spentBy(firing), 0), runs: trained.length };
}

/** What a run may spend. */
export interface Allowance {
  /** Of the run, as a spec has it: its own, or what is left of the month where that is less. */
  readonly budget?: string;
  /** The most that it can cost; absent where no price bounds it and no budget does. */
  readonly reservedUsd?: number;
}

/** Down to whole cents: what is left is never told, or given, as more than it is. */
const wholeCents = (usd: number): number => Math.max(0, Math.floor(usd * 100 + 1e-4) / 100);

/** What the next run may spend, or why it may not be started. */
export function allowanceOf(spec: Spec, prices: Prices, spent: Spending): Allowance | { readonly problem: string } {
  const monthly = spec.retrain?.budget;
  const cost = costOf(spec, prices);
  const beyond = budgetProblem(spec, cost);
  if (beyond) return { problem: beyond.message };
  const own = spec.budget === undefined ? undefined : budgetUsd(spec.budget);
  if (monthly === undefined) {
    const reservedUsd = cost.usd ?? own;
    return reservedUsd === undefined ? {} : { reservedUsd };
  }
  const never = monthProblem(monthly, cost);
  if (never?.code === 'PriceUnknown') return { problem: never.message };
  const left = wholeCents(budgetUsd(monthly) - spent.usd);
  const most = Math.min(left, own ?? Number.POSITIVE_INFINITY);
  const told = `of the ${monthly} of ${spent.month} ${formatUsd(left)} USD are left, as ${runs(spent)}`;
  if (left === 0) return { problem: told };
  if (cost.usd !== undefined && exceeds(cost.usd, left)) {
    return { problem: `the run could cost ${formatUsd(cost.usd)} USD, and ${told}` };
  }
  // What is not known before the data is read is held against the budget by the run, when it has read it.
  return { budget: `${most.toFixed(2)} USD`, reservedUsd: Math.min(most, cost.usd ?? most) };
}

const runs = ({ runs: count, usd }: Spending): string =>
  `${count === 1 ? '1 run has' : `${count} runs have`} taken ${formatUsd(usd)} USD, billed or reserved`;

/**
 * What a run was billed, by its record; `undefined` where the record does not know, as a job was under way when it ended or
 * as something has no price.
 */
export function billedUsd(record: RunRecord, prices: Prices): number | undefined {
  const { usd, unknown } = billOf(record, prices);
  return unknown.length > 0 || isCutOff(record) ? undefined : usd;
}

/** Whether the run ended amid jobs, whose time it therefore does not know. */
function isCutOff({ stage, trainingJob, model, evaluations, failure, outcome }: RunRecord): boolean {
  if (outcome !== 'failed' && outcome !== 'cancelled' && outcome !== undefined) return false;
  // Held against its budget before anything was created, or by what the jobs before have billed.
  if (failure?.code === 'BudgetExceeded' || failure?.code === 'PriceUnknown') return false;
  return (trainingJob !== undefined && !model) || (stage === 'evaluate' && !evaluations);
}

/** The most that a run can have cost whose bill is not known: what was reserved, or less as its data has been read. */
export function mostOf({ spec, data }: RunRecord, prices: Prices, reservedUsd: number | undefined): number | undefined {
  const most = data && costOf(spec, prices, { splits: data.splits }).usd;
  if (most === undefined) return reservedUsd;
  return Math.min(most, reservedUsd ?? most);
}
