/** What a schedule would do, before it is there. */
import { afterwards } from '../../spec/cost/afterwards.ts';
import { formatUsd } from '../../spec/cost/budget.ts';
import type { Cost } from '../../spec/cost/items.ts';
import { firingsAfter } from '../../spec/retraining/times.ts';
import type { Spec } from '../../spec/spec.ts';
import type { Screen } from '../output.ts';
import type { Prepared } from '../schedules/prepare.ts';
import { forWhat, sumText } from './cost.ts';
import { formatCount, hang, pad, plural } from './format.ts';
import { momentText, timesText, triggersText } from './schedule-text.ts';

const LABEL = 10;
const NEXT = 5;
const MONTH_DAYS = 31;
/** More firings in a month than this are not counted. */
const COUNTED = 1_000;

/** A labelled text, wrapped behind its label; no line where there is no text. */
export function labelled(label: string, text: string, { columns, style }: Screen): string[] {
  return text === '' ? [] : hang(`  ${style.dim(pad(label, LABEL))} `, text, columns);
}

/** Lines below one label. */
export function listed(label: string, texts: readonly string[], screen: Screen): string[] {
  return texts.flatMap((text, i) => labelled(i === 0 ? label : '', text, screen));
}

/** @param phase see spec/retraining/times.ts */
export function renderSchedulePlan(prepared: Prepared, phase: number, now: Date, screen: Screen): string {
  const { file, retrain, account, plan } = prepared;
  const { data } = file.spec;
  const { jitter, remaining, timezone } = retrain;
  const next = firingsAfter(retrain, phase, now, Math.min(NEXT, remaining ?? NEXT));
  const times = [
    timesText(retrain),
    ...(jitter === undefined ? [] : [`up to ${jitter} later`]),
    ...(remaining === undefined ? [] : [`${plural(remaining, 'firing')} in all`]),
  ];
  return [
    ...labelled('schedule', `${file.spec.name} · ${times.join(' · ')}`, screen),
    ...labelled('trains', triggersText(retrain), screen),
    ...labelled('data', [data.source, data.train, data.validation, data.test].filter(Boolean).join(', '), screen),
    ...labelled('in', `${account.region} · s3://${account.bucket}`, screen),
    ...listed(
      'next',
      next.map((time) => momentText(time.toISOString(), timezone)),
      screen,
    ),
    ...labelled('at most', mostText(prepared, phase, now), screen),
    ...listed('then', afterwards(plan.cost, screen.style.bold), screen),
    ...labelled('notify', notifyText(file.spec), screen),
    ...labelled('billed', plan.billed ? '' : 'nothing: it is not AWS that does the work here', screen),
    ...listed('not known', [...new Set(plan.unknown.map(({ what, why }) => `${what} (${why})`))], screen),
  ].join('\n');
}

const notifyText = ({ notify }: Spec): string => (notify ? `${notify.topic} of ${notify.on.join(', ')}` : '');

/** What a run and a month can cost. */
function mostText({ file, retrain, plan }: Prepared, phase: number, now: Date): string {
  const run = runText(file.spec.budget, plan.cost);
  if (retrain.budget !== undefined) return `${run}, ${retrain.budget} a month by retrain.budget`;
  const end = new Date(now.getTime() + MONTH_DAYS * 86_400_000);
  const most = Math.min(COUNTED, retrain.remaining ?? COUNTED);
  const firings = firingsAfter(retrain, phase, now, most).filter((time) => time <= end).length;
  const count = firings === COUNTED ? `more than ${formatCount(COUNTED)} firings` : plural(firings, 'firing');
  const { usd } = plan.cost;
  const month = usd === undefined || firings === COUNTED ? '' : `, ${formatUsd(usd * firings)} USD if each trains`;
  return `${run}; ${count} in a month of ${MONTH_DAYS} days${month}; retrain.budget would set a limit`;
}

/** Where only its data tells what a run costs, its budget is known. */
function runText(budget: string | undefined, cost: Cost): string {
  if (cost.usd !== undefined) return `${sumText(cost)} a run ${forWhat(cost)}`;
  return budget === undefined ? `${sumText(cost)} a run` : `${budget} a run by budget`;
}
