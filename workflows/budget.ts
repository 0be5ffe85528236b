import { ApplicationFailure } from '@temporalio/workflow';
import { budgetProblem } from '../spec/cost/budget.ts';
import { costOf, type Known } from '../spec/cost/cost.ts';
import { NO_PRICES } from '../spec/cost/prices.ts';
import type { FineTuneInput } from './messages.ts';

/**
 * Fails where the run could cost more than its budget. The CLI does so before it starts a run; no client gets past this.
 *
 * @param known what the run knows by then: jobs that have billed in vain, how much data there is
 */
export function checkBudget(
  { spec, prices = NO_PRICES }: Pick<FineTuneInput, 'spec' | 'prices'>,
  known: Known = {},
): void {
  const problem = budgetProblem(spec, costOf(spec, prices, known));
  if (problem) throw ApplicationFailure.nonRetryable(problem.message, problem.code);
}
