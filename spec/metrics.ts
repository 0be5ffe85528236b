/** The scores of a model's answers, by name: what a spec may ask for and a gate may compare. */
import type { Kind } from './data/examples.ts';

const CLASSIFICATION_METRICS = [
  'accuracy',
  'exact_match',
  'precision_macro',
  'precision_micro',
  'recall_macro',
  'recall_micro',
  'f1_macro',
  'f1_micro',
] as const;
const GENERATION_METRICS = ['exact_match', 'token_f1', 'rouge_l', 'bleu', 'json_valid', 'json_schema'] as const;

/** The metrics a spec may ask for and a gate may compare. */
export const METRICS = [
  ...CLASSIFICATION_METRICS,
  'token_f1',
  'rouge_l',
  'bleu',
  'json_valid',
  'json_schema',
] as const satisfies readonly (typeof CLASSIFICATION_METRICS | typeof GENERATION_METRICS)[number][];
export type Metric = (typeof METRICS)[number];

/** The metrics that fit a kind of examples; plain text asks nothing, so none fit it. */
export const METRICS_OF: { readonly [K in Kind]: readonly Metric[] } = {
  classification: CLASSIFICATION_METRICS,
  completion: GENERATION_METRICS,
  chat: GENERATION_METRICS,
  prompt: GENERATION_METRICS,
  text: [],
};

/** The scores to show: those that were asked for, or the usual ones of the kind. */
export function shownMetrics(asked: readonly Metric[] | undefined, kind: Kind): readonly Metric[] {
  return asked ?? (kind === 'classification' ? ['accuracy', 'f1_macro'] : ['exact_match', 'token_f1']);
}

/** Metrics by name, each from 0 to 1; those that do not fit the examples' kind are absent. */
export type MetricValues = { readonly [M in Metric]?: number };

export interface ScoreSummary {
  readonly rows: number;
  readonly metrics: MetricValues;
}
