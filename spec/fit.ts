/** Whether what a spec asks of a model fits the kind of its examples. */
import type { Kind } from './data/examples.ts';
import { METRICS, METRICS_OF, type Metric } from './metrics.ts';

/** The parts of a spec that name metrics. */
export interface Scoring {
  readonly evaluate?:
    | { readonly metrics?: readonly Metric[] | undefined; readonly schema?: object | undefined }
    | undefined;
  readonly gate: readonly string[];
}

/** Something in the spec that does not fit. */
export interface Misfit {
  /** `['gate', 0]` */
  readonly steps: readonly (string | number)[];
  readonly message: string;
}

/** What does not fit: known as soon as the kind is, before anything is sent or paid. */
export function misfits({ evaluate, gate }: Scoring, kind: Kind): Misfit[] {
  if (!evaluate) return [];
  const fitting = METRICS_OF[kind];
  if (fitting.length === 0) {
    const message = 'plain text holds no answers to score; leave evaluate and gate out, and watch train.metrics';
    return [{ steps: ['evaluate'], message }];
  }
  const named = [
    ...(evaluate.metrics ?? []).map((metric, i) => ({ steps: ['evaluate', 'metrics', i], metric })),
    ...gate.map((rule, i) => ({ steps: ['gate', i], metric: metricOf(rule) })),
  ];
  return named.flatMap(({ steps, metric }) => {
    if (metric === undefined) return [];
    if (!fitting.includes(metric)) {
      return [{ steps, message: `${metric} does not fit ${kind} examples; these do: ${fitting.join(', ')}` }];
    }
    const lacking = metric === 'json_schema' && !evaluate.schema;
    return lacking ? [{ steps, message: 'json_schema needs the JSON schema of an answer in evaluate.schema' }] : [];
  });
}

/** A rule begins with its metric; whether it is a rule at all is told elsewhere. */
function metricOf(rule: string): Metric | undefined {
  const name = /\w+/.exec(rule)?.[0];
  return METRICS.find((metric) => metric === name);
}
