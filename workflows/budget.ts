import { ApplicationFailure } from '@temporalio/workflow';
import { budgetProblem } from '../spec/cost/budget.ts';
import { costOf, type Known } from '../spec/cost/cost.ts';
import { NO_PRICES } from '../spec/cost/prices.ts';
import { startsAt } from '../spec/takeover.ts';
import type { FineTuneInput } from './messages.ts';

/**
 * Fails where the run, with what it does itself, could cost more than its budget. The CLI does so before it starts a run; no
 * client gets past this.
 *
 * @param known what the run knows by then: jobs that have billed in vain, how much data there is
 */
export function checkBudget(
  { spec, prices = NO_PRICES, takeover }: Pick<FineTuneInput, 'spec' | 'prices' | 'takeover'>,
  known: Known = {},
): void {
  const problem = budgetProblem(
    spec,
    costOf(spec, prices, { ...known, ...(takeover && { from: startsAt(takeover) }) }),
  );
  if (problem) throw ApplicationFailure.nonRetryable(problem.message, problem.code);
}
