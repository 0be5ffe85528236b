/** Times, triggers and decisions of schedules in words. */
import cronstrue from 'cronstrue';
import { percentText } from '../../spec/amounts.ts';
import { formatUsd } from '../../spec/cost/budget.ts';
import type { Firing } from '../../spec/retrain.ts';
import type { Times } from '../../spec/retraining/times.ts';
import type { RetrainSpec, Triggers } from '../../spec/schema/retrain.ts';
import { lowerFirst } from '../../spec/shown.ts';
import type { Style } from '../output.ts';
import type { Month } from '../schedules/report.ts';
import { formatBytes, formatCount } from './format.ts';

/** `every 1w`; `at 06:00, only on Monday (0 6 * * 1, Europe/Paris)`. */
export function timesText({ every, cron, timezone }: Times): string {
  if (every !== undefined) return `every ${every}`;
  if (cron === undefined) return '';
  const text = cronstrue.toString(cron, { use24HourTimeFormat: true });
  return `${lowerFirst(text)} (${cron}, ${timezone})`;
}

/** `Mon 2026-11-30 06:00 Europe/Paris, 05:00 UTC`. */
export function momentText(time: string, timezone = 'UTC'): string {
  const utc = clockOf(time, 'UTC');
  if (timezone === 'UTC') return `${utc} UTC`;
  return `${clockOf(time, timezone)} ${timezone}, ${utc.slice(-5)} UTC`;
}

function clockOf(time: string, timeZone: string): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const part = Object.fromEntries(format.formatToParts(new Date(time)).map(({ type, value }) => [type, value]));
  return `${part.weekday} ${part.year}-${part.month}-${part.day} ${part.hour}:${part.minute}`;
}

/** What makes a firing train: `500 rows are new, or the newest version is 30d old`. */
export function triggersText({ when }: Pick<RetrainSpec, 'when'>): string {
  return when === undefined ? 'at each firing' : `when ${triggerTexts(when).join(', or ')}`;
}

function triggerTexts({ newData, championAge, drift, liveMetric }: Triggers): string[] {
  return [
    ...(newData?.rows === undefined ? [] : [`${formatCount(newData.rows)} rows have changed`]),
    ...(newData?.bytes === undefined ? [] : [`${formatBytes(newData.bytes)} have changed`]),
    ...(championAge === undefined ? [] : [`the newest version is ${championAge} old`]),
    ...(drift === undefined ? [] : [`${drift.of.join(' or ')} has drifted within ${drift.window}`]),
    ...(liveMetric === undefined
      ? []
      : [
          `${liveMetric.rule}, with ${percentText(liveMetric.confidence)} confidence, on the labels of ${liveMetric.labels} within ${liveMetric.window}`,
        ]),
  ];
}

/** What came of a firing, in a word: `passed`, `skipped`, `under way`. */
export function cameTo({ decision, outcome }: Firing, style: Style): string {
  if (decision.decided === 'skip') return style.dim('skipped');
  if (outcome === undefined) return style.cyan('under way');
  if (outcome === 'passed') return style.green(outcome);
  return outcome === 'failed' ? style.red(outcome) : style.yellow(outcome);
}

/** `12.30 of 200 USD`; what was reserved for a run under way counts. */
export function monthText({ usd, budget }: Month): string {
  return budget === undefined ? `${formatUsd(usd)} USD` : `${formatUsd(usd)} of ${budget}`;
}
