import { ApplicationFailure } from '@temporalio/workflow';
import { budgetProblem } from '../spec/cost/budget.ts';
import { costOf, NO_PRICES } from '../spec/cost/cost.ts';
import type { Shortage } from '../spec/record.ts';
import type { FineTuneInput } from './messages.ts';

/**
 * Fails where the run could cost more than its budget. The CLI does so before it starts a run; no client gets past this.
 *
 * @param shortages whose jobs may have billed already
 */
export function checkBudget(
  { spec, prices = NO_PRICES }: Pick<FineTuneInput, 'spec' | 'prices'>,
  shortages: readonly Shortage[] = [],
): void {
  const problem = budgetProblem(spec, costOf(spec, prices, shortages));
  if (problem) throw ApplicationFailure.nonRetryable(problem.message, problem.code);
}
