import { shownMetrics } from './metrics.ts';
import type { RunRecord } from './record.ts';

/**
 * The score that runs are listed by: the first metric that is asked for, of the candidate, to four digits, which is what lists
 * have room for. Nothing until it is known.
 */
export function scoreOf({ spec, data, evaluations }: RunRecord): number | undefined {
  const [metric] = shownMetrics(spec.evaluate?.metrics, data?.kind ?? 'classification');
  const value = metric && evaluations?.candidate?.scores.metrics[metric];
  return typeof value === 'number' && Number.isFinite(value) ? Number(value.toFixed(4)) : undefined;
}
