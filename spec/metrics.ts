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

/** Of a language model that judges the answers: `evaluate.judge`. */
export const JUDGE_METRICS = ['judge_score', 'judge_win_rate'] as const;

/** Of Bedrock's evaluation jobs. Not Robustness, for which they would ask the model anew, and which is no share. */
export const BEDROCK_METRICS = [
  'bedrock_accuracy',
  'bedrock_toxicity',
  'bedrock_correctness',
  'bedrock_completeness',
  'bedrock_faithfulness',
  'bedrock_helpfulness',
  'bedrock_coherence',
  'bedrock_relevance',
  'bedrock_following_instructions',
  'bedrock_professional_style_and_tone',
  'bedrock_harmfulness',
  'bedrock_stereotyping',
  'bedrock_refusal',
] as const;
export type BedrockMetric = (typeof BEDROCK_METRICS)[number];

/** The metrics a spec may ask for and a gate may compare. */
export const METRICS = [
  ...CLASSIFICATION_METRICS,
  'token_f1',
  'rouge_l',
  'bleu',
  'json_valid',
  'json_schema',
  ...JUDGE_METRICS,
  ...BEDROCK_METRICS,
] as const;
export type Metric = (typeof METRICS)[number];

/** Those that follow from a model's answers to the rows alone, so that two models can be compared row by row. */
export const ROW_METRICS: ReadonlySet<Metric> = new Set([...CLASSIFICATION_METRICS, ...GENERATION_METRICS]);

/** Of all others more is better. */
export const LESS_IS_BETTER: ReadonlySet<Metric> = new Set([
  'bedrock_toxicity',
  'bedrock_harmfulness',
  'bedrock_stereotyping',
  'bedrock_refusal',
]);

/** The metrics that fit a kind of examples; plain text asks nothing, so none fit it. */
export const METRICS_OF: { readonly [K in Kind]: readonly Metric[] } = {
  classification: [...CLASSIFICATION_METRICS, ...BEDROCK_METRICS],
  completion: [...GENERATION_METRICS, ...JUDGE_METRICS, ...BEDROCK_METRICS],
  chat: [...GENERATION_METRICS, ...JUDGE_METRICS, ...BEDROCK_METRICS],
  prompt: [...GENERATION_METRICS, ...JUDGE_METRICS, ...BEDROCK_METRICS],
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

/** `bedrock_following_instructions` as Bedrock calls it: `Builtin.FollowingInstructions`. */
export function builtinName(metric: BedrockMetric): string {
  const words = metric.split('_').slice(1);
  return `Builtin.${words.map((word) => word.slice(0, 1).toUpperCase() + word.slice(1)).join('')}`;
}

/** The inverse of {@link builtinName}; `undefined` where the name is none of those known here. */
export function bedrockMetric(name: string): BedrockMetric | undefined {
  return BEDROCK_METRICS.find((metric) => builtinName(metric).toLowerCase() === name.toLowerCase());
}
