/** What a run has cost, what it can come to, and what bills on after it. */
import { afterwards } from '../../spec/cost/afterwards.ts';
import { formatUsd } from '../../spec/cost/budget.ts';
import { costOf } from '../../spec/cost/cost.ts';
import type { Cost } from '../../spec/cost/items.ts';
import { type Bill, billOf, openJobs } from '../../spec/cost/paid.ts';
import type { Prices } from '../../spec/cost/prices.ts';
import type { RunRecord } from '../../spec/record.ts';
import { list } from './markdown.ts';

function billedText(record: RunRecord, { items, usd, unknown }: Bill): string {
  const over = record.outcome !== undefined;
  const atMost = items.some(({ known }) => known === 'at most') ? 'at most ' : '';
  const about = items.some(({ known }) => known === 'by an estimate') ? 'about ' : '';
  const known = items.some((item) => item.usd !== undefined);
  const sum = known ? [`${about}${atMost}${formatUsd(usd)} USD`] : [];
  const underWay = over ? [] : openJobs(record);
  const rest = unknown.filter((what) => !underWay.includes(what));
  const parts = [
    ...sum,
    ...(rest.length > 0 ? [`not known of ${rest.join(', ')}`] : []),
    ...(underWay.length > 0 ? [`${underWay.join(', ')} counts once it is over`] : []),
  ];
  return `${over ? 'billed' : 'billed so far'}: ${parts.join('; ') || 'nothing'}`;
}

function mostText({ spec }: RunRecord, { usd, unknown }: Cost): string {
  const lacking = unknown.filter(({ budgeted }) => budgeted).map(({ what, lacks }) => `the ${lacks} of ${what}`);
  const sum = usd !== undefined ? `${formatUsd(usd)} USD` : `not known, for want of ${lacking.join(', ')}`;
  return `the whole run, at most: ${sum}${spec.budget ? `, of a budget of ${spec.budget}` : ''}`;
}

export function costOfRun(record: RunRecord, prices: Prices): string {
  const { spec, outcome, shortages, data, takenFrom, champion } = record;
  const cost = costOf(spec, prices, {
    ...(shortages && { tried: shortages }),
    ...(data && { splits: data.splits }),
    ...(takenFrom && { from: takenFrom.stage }),
    ...(champion && champion.gone === undefined && { champion: champion.spec }),
  });
  const serves = outcome === undefined || record.deployment !== undefined;
  return list('**Cost**, by the prices that the run was started with', [
    billedText(record, billOf(record, prices)),
    ...(outcome === undefined ? [mostText(record, cost)] : []),
    ...(serves ? afterwards(cost, (text) => `**${text}**`).map((text) => `after it: ${text}`) : []),
  ]);
}
