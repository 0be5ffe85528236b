/** Scores of a model's answers against the expected ones. */
import type { Kind } from './data/examples.ts';
import { overlapOf } from './token-overlap.ts';

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
const GENERATION_METRICS = ['exact_match', 'token_f1'] as const;

/** The metrics a spec may ask for and a gate may compare. */
export const METRICS = [...CLASSIFICATION_METRICS, 'token_f1'] as const;
export type Metric = (typeof METRICS)[number];

/** The metrics that fit a kind of examples; plain text asks nothing, so none fit it. */
export const METRICS_OF: { readonly [K in Kind]: readonly Metric[] } = {
  classification: CLASSIFICATION_METRICS,
  completion: GENERATION_METRICS,
  chat: GENERATION_METRICS,
  text: [],
};

/** The scores to show: those that were asked for, or the usual ones of the kind. */
export function shownMetrics(asked: readonly Metric[] | undefined, kind: Kind): readonly Metric[] {
  return asked ?? (kind === 'classification' ? ['accuracy', 'f1_macro'] : GENERATION_METRICS);
}

/** Metrics by name; those that do not fit the examples' kind are absent. */
export type MetricValues = { readonly [M in Metric]?: number };

export interface ScoreSummary {
  readonly rows: number;
  readonly metrics: MetricValues;
}

export interface Scores extends ScoreSummary {
  /** Of classifiers, sorted: every label that is true or predicted somewhere. The order of the matrix's rows and columns. */
  readonly labels?: readonly string[];
  /** `confusion[i][j]`: how many rows of true label i were predicted as label j. */
  readonly confusion?: readonly (readonly number[])[];
}

/** One row of the test split: what is right, a label or a completion, and what the model said. */
export interface Answer {
  readonly expected: string;
  readonly prediction: string;
}

/** Takes the answers of a test split one by one, so that none needs to be kept. */
export interface Scorer {
  /** Returns what is said of this row in the predictions. */
  add(answer: Answer): Readonly<Record<string, unknown>>;
  /** Throws a `RangeError` when nothing was added: a score of nothing says nothing. */
  scores(): Scores;
}

export function scorerFor(kind: Kind): Scorer {
  return kind === 'classification' ? new ClassificationScorer() : new GenerationScorer();
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

function checkRows(rows: number): void {
  if (rows === 0) throw new RangeError('no rows to score');
}

/** Definitions as in scikit-learn with `zero_division=0`; exact_match takes labels for the same that differ in space around them. */
class ClassificationScorer implements Scorer {
  #rows = 0;
  #exact = 0;
  /** How often a true label was predicted as what. */
  readonly #counts = new Map<string, Map<string, number>>();

  add({ expected, prediction }: Answer) {
    const predicted = this.#counts.get(expected) ?? new Map<string, number>();
    this.#counts.set(expected, predicted.set(prediction, (predicted.get(prediction) ?? 0) + 1));
    this.#rows += 1;
    if (expected.trim() === prediction.trim()) this.#exact += 1;
    return { label: expected, prediction, ok: expected === prediction };
  }

  scores(): Scores {
    checkRows(this.#rows);
    const labels = [...new Set([...this.#counts].flatMap(([label, predicted]) => [label, ...predicted.keys()]))].sort();
    const confusion = labels.map((label) => labels.map((predicted) => this.#counts.get(label)?.get(predicted) ?? 0));
    const perLabel = labels.map((_, i) => {
      const hits = confusion[i]?.[i] ?? 0;
      const precision = ratio(hits, sum(confusion.map((row) => row[i] ?? 0)));
      const recall = ratio(hits, sum(confusion[i] ?? []));
      return { hits, precision, recall, f1: ratio(2 * precision * recall, precision + recall) };
    });
    const macro = (key: 'precision' | 'recall' | 'f1'): number => sum(perLabel.map((p) => p[key])) / labels.length;
    // Each row has one true and one predicted label, so every micro average is the accuracy.
    const accuracy = sum(perLabel.map((p) => p.hits)) / this.#rows;
    return {
      rows: this.#rows,
      metrics: {
        accuracy,
        exact_match: this.#exact / this.#rows,
        precision_macro: macro('precision'),
        precision_micro: accuracy,
        recall_macro: macro('recall'),
        recall_micro: accuracy,
        f1_macro: macro('f1'),
        f1_micro: accuracy,
      },
      labels,
      confusion,
    };
  }
}

class GenerationScorer implements Scorer {
  #rows = 0;
  #exact = 0;
  #f1 = 0;

  add({ expected, prediction }: Answer) {
    const { exact, f1 } = overlapOf(expected, prediction);
    this.#rows += 1;
    this.#exact += exact ? 1 : 0;
    this.#f1 += f1;
    return { expected, prediction, exact_match: exact, token_f1: f1 };
  }

  scores(): Scores {
    checkRows(this.#rows);
    return { rows: this.#rows, metrics: { exact_match: this.#exact / this.#rows, token_f1: this.#f1 / this.#rows } };
  }
}
