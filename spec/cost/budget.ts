/** Whether a run may be started: what it can cost at most is held against the budget of its spec. */
import { durationText } from '../duration.ts';
import type { Spec } from '../spec.ts';
import type { Cost, JobCost } from './cost.ts';

/** Text such as `25 USD` or `0.50 USD`. */
export const BUDGET_PATTERN = /^(\d+(?:\.\d{1,2})?) USD$/;

/** The amount in USD of a text such as `25 USD`. Throws a `RangeError` for text that is not one. */
export function budgetUsd(text: string): number {
  const match = BUDGET_PATTERN.exec(text);
  if (!match) throw new RangeError(`not a budget: ${JSON.stringify(text)}; write it as 25 USD`);
  return Number(match[1]);
}

/** `1,234.50`; never less than it is. */
export function formatUsd(usd: number): string {
  // What a sum of products is off by is far below a hundredth of a cent.
  const cents = Math.max(0, Math.ceil(usd * 100 - 1e-4));
  return (cents / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

export interface BudgetProblem {
  readonly code: 'BudgetExceeded' | 'PriceUnknown';
  readonly message: string;
  readonly fix: string;
}

const sumOf = ({ stage, jobs, instances, instance, maxSeconds, usd = 0 }: JobCost): string =>
  `${stage} ${jobs * instances} × ${instance} for ${durationText(maxSeconds)}: ${formatUsd(usd)} USD`;

/** Why the run may not be started, or nothing. The endpoint is not part of the budget: it bills on after the run. */
export function budgetProblem({ budget }: Pick<Spec, 'budget'>, cost: Cost): BudgetProblem | undefined {
  if (budget === undefined) return undefined;
  if (cost.usd === undefined) {
    const types = cost.unknown
      .filter(({ use }) => use !== 'hosting')
      .map(({ use, instance }) => `${instance} (${use})`);
    return {
      code: 'PriceUnknown',
      message: `the run has a budget of ${budget}, and no price is known of ${types.join(', ')} in its region`,
      fix: 'give the price in a file named by TEMPER_PRICES, or leave budget out of the spec',
    };
  }
  if (cost.usd <= budgetUsd(budget)) return undefined;
  const sums = cost.jobs.map(sumOf).join('; ');
  const longest = cost.jobs.reduce((one, other) => ((other.usd ?? 0) > (one.usd ?? 0) ? other : one));
  return {
    code: 'BudgetExceeded',
    message: `the run could cost ${formatUsd(cost.usd)} USD, more than its budget of ${budget} (${sums})`,
    fix: `lower ${longest.stage}.maxRuntime, name a cheaper ${longest.stage}.instance, or raise budget`,
  };
}
