/** What a run costs, as people read it. */
import { formatUsd } from '../../spec/cost/budget.ts';
import type { Cost } from '../../spec/cost/items.ts';

/** The most that it can cost: `0.24 USD`. */
export const sumText = ({ usd }: Cost): string => (usd === undefined ? 'an unknown sum' : `${formatUsd(usd)} USD`);

/** What the sum is paid for. */
export function forWhat({ items }: Cost): string {
  if (items.every(({ by }) => by === 'machines')) return 'for the jobs';
  const units = items.some(({ by }) => by === 'model units') ? ' and the model units' : '';
  return `for the tokens, by an estimate,${units}`.replace(/,$/, '');
}
