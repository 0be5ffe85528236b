/** What a run costs, as people read it. */
import { formatUsd } from '../../spec/cost/budget.ts';
import type { Cost } from '../../spec/cost/items.ts';
import { HOURS_PER_MONTH } from '../../spec/cost/prices.ts';
import { durationText } from '../../spec/duration.ts';
import type { Screen } from '../output.ts';
import { plural } from './format.ts';

/** The most that it can cost: `0.24 USD`. */
export const sumText = ({ usd }: Cost): string => (usd === undefined ? 'an unknown sum' : `${formatUsd(usd)} USD`);

/** What the sum is paid for. */
export function forWhat({ items }: Cost): string {
  if (items.every(({ by }) => by === 'machines')) return 'for the jobs';
  const units = items.some(({ by }) => by === 'model units') ? ' and the model units' : '';
  return `for the tokens, by an estimate,${units}`.replace(/,$/, '');
}

/** What bills on after the run, and what is kept by it. */
export function afterwards(cost: Cost, screen: Screen): string[] {
  const { serving, usdPerModelMonth } = cost;
  const kept =
    usdPerModelMonth === undefined ? [] : [`${formatUsd(usdPerModelMonth)} USD a month for each custom model kept`];
  switch (serving?.to) {
    case undefined:
      return kept;
    case 'sagemaker-endpoint': {
      const { usdPerHour } = serving;
      const month = usdPerHour === undefined ? '' : `${formatUsd(usdPerHour * HOURS_PER_MONTH)} USD a month: `;
      return [`${month}the endpoint bills until it is deleted`];
    }
    case 'bedrock-on-demand': {
      const price = serving.usdPerMillionTokens;
      const tokens = price
        ? `${price.input} USD per million tokens to the deployment, ${price.output} USD back`
        : 'the deployment bills the tokens to it and back';
      return [`${tokens}; nothing while nobody asks`, ...kept];
    }
    case 'bedrock-provisioned':
      return [...unitBills(cost, screen), ...kept];
    case 'bedrock-import': {
      const price = serving.usdPerUnit;
      const units = price
        ? `${price.minute} USD a minute for each custom model unit while it answers, and ${formatUsd(price.month)} USD a month`
        : 'the imported model bills its custom model units, by the minute while it answers and by the month';
      return [`${units}; how many it takes is known once it is imported`];
    }
  }
}

/** What model units cost whether anybody asks them or not, which is more than people expect. */
export function unitBills({ items }: Cost, { style }: Pick<Screen, 'style'>): string[] {
  return items.flatMap((item) => {
    if (item.by !== 'model units') return [];
    const { stage, modelUnits, hours, commitment, usd } = item;
    const units = `${plural(modelUnits, 'model unit')}${stage === 'evaluate' ? " of the candidate's own" : ''}`;
    const time = durationText(hours * 3600);
    if (usd === undefined) return [style.bold(`${units} for ${time} at an unknown price, asked or not`)];
    const [sum, hourly] = [`${formatUsd(usd)} USD`, `${formatUsd(usd / hours)} USD an hour`];
    return commitment === 'none'
      ? [style.bold(`${hourly} for ${units}, asked or not, deleted after ${time}: ${sum}`)]
      : [style.bold(`${sum} for ${units}: ${hourly} for ${time}, which nobody can end before`)];
  });
}
