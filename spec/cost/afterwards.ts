import { durationText } from '../duration.ts';
import { formatUsd } from './budget.ts';
import type { Cost } from './items.ts';
import { HOURS_PER_MONTH } from './prices.ts';

/**
 * What bills on after the run, and what is kept by it, in words.
 *
 * @param strong sets off what costs more than people expect
 */
export function afterwards(cost: Cost, strong: (text: string) => string): string[] {
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
      return [...unitBills(cost, strong), ...kept];
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
export function unitBills({ items }: Cost, strong: (text: string) => string): string[] {
  return items.flatMap((item) => {
    if (item.by !== 'model units') return [];
    const { stage, modelUnits, hours, commitment, usd } = item;
    const units = `${modelUnits} ${modelUnits === 1 ? 'model unit' : 'model units'}${stage === 'evaluate' ? " of the candidate's own" : ''}`;
    const time = durationText(hours * 3600);
    if (usd === undefined) return [strong(`${units} for ${time} at an unknown price, asked or not`)];
    const [sum, hourly] = [`${formatUsd(usd)} USD`, `${formatUsd(usd / hours)} USD an hour`];
    return commitment === 'none'
      ? [strong(`${hourly} for ${units}, asked or not, deleted after ${time}: ${sum}`)]
      : [strong(`${sum} for ${units}: ${hourly} for ${time}, which nobody can end before`)];
  });
}
