/** Whether a run may be started: what it can cost at most is held against the budget of its spec. */
import { durationText } from '../duration.ts';
import type { Spec } from '../spec.ts';
import type { Cost, CostItem, TokenCost } from './items.ts';

/** Text such as `25 USD` or `0.50 USD`. */
export const BUDGET_PATTERN = /^(\d+(?:\.\d{1,2})?) USD$/;

/** The amount in USD of a text such as `25 USD`. Throws a `RangeError` for text that is not one. */
export function budgetUsd(text: string): number {
  const match = BUDGET_PATTERN.exec(text);
  if (!match) throw new RangeError(`not a budget: ${JSON.stringify(text)}; write it as 25 USD`);
  return Number(match[1]);
}

/** A hundredth of a hundredth of a cent, in USD: what a sum of products is off by is far below. */
const OFF_BY = 1e-6;

/** Whether a cost is more than what it is held against; the same amount is not. */
export const exceeds = (usd: number, limit: number): boolean => usd > limit + OFF_BY;

/** `1,234.50`; never less than it is. */
export function formatUsd(usd: number): string {
  const cents = Math.max(0, Math.ceil((usd - OFF_BY) * 100));
  return (cents / 100).toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}

export interface BudgetProblem {
  readonly code: 'BudgetExceeded' | 'PriceUnknown';
  readonly message: string;
  readonly fix: string;
}

/** Why the run may not be started, or nothing. What bills on after the run is not part of the budget. */
export function budgetProblem({ budget }: Pick<Spec, 'budget'>, cost: Cost): BudgetProblem | undefined {
  if (budget === undefined) return undefined;
  const what = unpricedIn(cost);
  if (what !== undefined) {
    return {
      code: 'PriceUnknown',
      message: `the run has a budget of ${budget}, and no price is known of ${what} in its region`,
      fix: 'give the price in a file named by TEMPER_PRICES, or leave budget out of the spec',
    };
  }
  // Of data that has not been read nothing is known yet: it is held against the budget when the run has read it.
  const usd = cost.items.reduce((sum, item) => sum + (item.usd ?? 0), 0);
  if (!exceeds(usd, budgetUsd(budget))) return undefined;
  const sums = cost.items.flatMap((item) => (item.usd === undefined ? [] : [sumOf(item, item.usd)])).join('; ');
  const dearest = cost.items.reduce((one, other) => ((other.usd ?? 0) > (one.usd ?? 0) ? other : one));
  return {
    code: 'BudgetExceeded',
    message: `the run could cost ${formatUsd(usd)} USD, more than its budget of ${budget} (${sums})`,
    fix: `${cheaper(dearest)}, or raise budget`,
  };
}

/** What a budget cannot be held against for want of its price. */
export function unpricedIn({ unknown }: Cost): string | undefined {
  const unpriced = unknown.filter(({ lacks, budgeted }) => budgeted && lacks === 'price');
  return unpriced.length > 0 ? unpriced.map(({ what }) => what).join(', ') : undefined;
}

function sumOf(item: CostItem, usd: number): string {
  const price = `${formatUsd(usd)} USD`;
  switch (item.by) {
    case 'machines': {
      const { stage, jobs, instances, instance, maxSeconds } = item;
      return `${stage} ${jobs * instances} × ${instance} for ${durationText(maxSeconds)}: ${price}`;
    }
    case 'tokens':
      return `${item.stage} ${item.who} by about ${thousandsOfTokens(item)}: ${price}`;
    case 'model units':
      return `${item.stage} ${item.modelUnits} model units for ${durationText(item.hours * 3600)}: ${price}`;
  }
}

/** `158k tokens`, in all. */
function thousandsOfTokens({ tokens }: TokenCost): string {
  const count = tokens === undefined ? 0 : 'learnt' in tokens ? tokens.learnt : tokens.read + tokens.written;
  return `${formatTokens(count)} tokens`;
}

/** `940`, `160k`, `2.3M`: an estimate has no more digits. */
export function formatTokens(count: number): string {
  const rounded = Number(count.toPrecision(2));
  if (rounded < 1000) return String(rounded);
  return rounded < 1_000_000 ? `${rounded / 1000}k` : `${rounded / 1_000_000}M`;
}

/** What to do about the item that costs most. */
function cheaper(item: CostItem): string {
  if (item.by === 'machines') return `lower ${item.stage}.maxRuntime, name a cheaper ${item.stage}.instance`;
  if (item.by === 'model units') return 'lower deploy.ttl or deploy.modelUnits, serve by bedrock-on-demand';
  switch (item.who) {
    case 'student':
      return 'lower train.hyperparameters.epochCount, train on fewer rows, choose a smaller train.base';
    case 'judge':
      return 'lower evaluate.judge.rows or evaluate.maxTokens, choose a smaller evaluate.judge.model';
    default:
      return 'lower evaluate.maxTokens, hold back fewer rows to test with, evaluate by: batch';
  }
}
