/** What a schedule may spend in a month, held against one run. */
import { type BudgetProblem, budgetUsd, exceeds, formatUsd, unpricedIn } from './budget.ts';
import type { Cost } from './items.ts';

/** Why no firing could ever train within the month's budget, or nothing. */
export function monthProblem(budget: string, cost: Cost): BudgetProblem | undefined {
  const what = unpricedIn(cost);
  if (what !== undefined) {
    return {
      code: 'PriceUnknown',
      message: `the schedule has a budget of ${budget} a month, and no price is known of ${what} in its region`,
      fix: 'give the price in a file named by TEMPER_PRICES, or leave retrain.budget out of the spec',
    };
  }
  const usd = cost.items.reduce((sum, item) => sum + (item.usd ?? 0), 0);
  if (!exceeds(usd, budgetUsd(budget))) return undefined;
  return {
    code: 'BudgetExceeded',
    message: `one run could cost ${formatUsd(usd)} USD, more than the ${budget} that its schedule may spend in a month`,
    fix: 'raise retrain.budget, or lower what a run may cost: see temper plan',
  };
}
