/** Scores of predicted labels against the true ones; definitions as in scikit-learn with `zero_division=0`. */

/** The metrics a spec may ask for and a gate may compare. */
export const METRICS = [
  'accuracy',
  'exact_match',
  'precision_macro',
  'precision_micro',
  'recall_macro',
  'recall_micro',
  'f1_macro',
  'f1_micro',
] as const;
export type Metric = (typeof METRICS)[number];

export interface ScoreSummary {
  readonly rows: number;
  readonly metrics: Readonly<Record<Metric, number>>;
}

export interface Scores extends ScoreSummary {
  /** Sorted: every label that is true or predicted somewhere. The order of the matrix's rows and columns. */
  readonly labels: readonly string[];
  /** `confusion[i][j]`: how many rows of true label i were predicted as label j. */
  readonly confusion: readonly (readonly number[])[];
}

/** One row of the test split: the true label, and what the model said. */
export interface Answer {
  readonly label: string;
  readonly prediction: string;
}

/** Scores all rows. Throws a `RangeError` when there are none: a score of nothing says nothing. */
export function score(answers: readonly Answer[]): Scores {
  if (answers.length === 0) throw new RangeError('no rows to score');
  const labels = [...new Set(answers.flatMap(({ label, prediction }) => [label, prediction]))].sort();
  const index = new Map(labels.map((label, i) => [label, i]));
  const confusion = labels.map(() => labels.map(() => 0));
  let exact = 0;
  for (const { label, prediction } of answers) {
    const row = confusion[index.get(label) as number] as number[];
    row[index.get(prediction) as number] = (row[index.get(prediction) as number] ?? 0) + 1;
    if (label.trim() === prediction.trim()) exact += 1;
  }

  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
  const perLabel = labels.map((_, i) => {
    const hits = confusion[i]?.[i] ?? 0;
    const precision = ratio(hits, sum(confusion.map((row) => row[i] ?? 0)));
    const recall = ratio(hits, sum(confusion[i] ?? []));
    return { hits, precision, recall, f1: ratio(2 * precision * recall, precision + recall) };
  });
  const macro = (key: 'precision' | 'recall' | 'f1'): number => sum(perLabel.map((p) => p[key])) / labels.length;
  // Each row has one true and one predicted label, so every micro average is the accuracy.
  const accuracy = sum(perLabel.map((p) => p.hits)) / answers.length;
  return {
    rows: answers.length,
    metrics: {
      accuracy,
      exact_match: exact / answers.length,
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
