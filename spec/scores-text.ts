import { shownMetrics } from './metrics.ts';
import type { Metric } from './numbers.ts';
import type { RunRecord } from './record.ts';

export const numberText = (value: Metric): string =>
  typeof value === 'string' ? value : String(Math.round(value * 10_000) / 10_000);

/** `candidate: accuracy 0.78, f1_macro 0.77`, a text for each that was evaluated. */
export function scoreTexts({
  evaluations = {},
  spec,
  data,
}: Pick<RunRecord, 'evaluations' | 'spec' | 'data'>): string[] {
  const shown = shownMetrics(spec.evaluate?.metrics, data?.kind ?? 'classification');
  return Object.entries(evaluations).map(([who, { scores }]) => {
    const asked = shown.map((metric) => `${metric} ${numberText(scores.metrics[metric] ?? Number.NaN)}`);
    return `${who}: ${asked.join(', ')}`;
  });
}
