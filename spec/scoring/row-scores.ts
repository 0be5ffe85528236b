/** Scores of any choice of rows: what differences between two models are resampled from. */
import { type Metric, ROW_METRICS } from '../metrics.ts';
import { bleuCounts, bleuOf, COUNTS } from './bleu.ts';

/** A row of `predictions.jsonl`. */
export interface PredictionRow {
  readonly label?: string;
  readonly expected?: string;
  readonly prediction: string;
  readonly ok?: boolean;
  readonly [score: string]: unknown;
}

/** One contender's part in a metric, row by row. */
export interface RowScores {
  add(row: PredictionRow): void;
  /** The metric of these rows, by their number from 0, each as often as it is named. */
  score(rows: Uint32Array): number;
  /** Equal where rows count the same for the metric. */
  key(row: number): number | string;
}

/** @param isLabel tells labels from answers that are none; absent where all are labels */
export function rowScores(metric: Metric, isLabel?: (answer: string) => boolean): RowScores {
  switch (metric) {
    case 'bleu':
      return new RowBleu();
    case 'precision_macro':
    case 'precision_micro':
    case 'recall_macro':
    case 'f1_macro':
    case 'f1_micro':
      return new RowLabels(metric, isLabel);
    default:
      if (!ROW_METRICS.has(metric)) throw new RangeError(`${metric} is not a metric of single rows`);
      return new RowMeans(rowValue(metric));
  }
}

function rowValue(metric: Metric): (row: PredictionRow) => number {
  // Of one true and one predicted label, every micro recall is the accuracy.
  if (metric === 'accuracy' || metric === 'recall_micro') return ({ ok }) => Number(ok);
  if (metric !== 'exact_match') return (row) => Number(row[metric]);
  return ({ label, prediction, exact_match }) => Number(exact_match ?? label?.trim() === prediction.trim());
}

/** Metrics that are the mean of the rows'. */
class RowMeans implements RowScores {
  readonly #values: number[] = [];
  readonly #rowValue: (row: PredictionRow) => number;

  constructor(rowValue: (row: PredictionRow) => number) {
    this.#rowValue = rowValue;
  }

  add(row: PredictionRow): void {
    this.#values.push(this.#rowValue(row));
  }

  score(rows: Uint32Array): number {
    let sum = 0;
    for (let i = 0; i < rows.length; i += 1) sum += this.#values[rows[i] as number] as number;
    return sum / rows.length;
  }

  key(row: number): number {
    return this.#values[row] as number;
  }
}

type LabelMetric = 'precision_macro' | 'precision_micro' | 'recall_macro' | 'f1_macro' | 'f1_micro';

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);

/** Metrics of labels, by counts as {@link ClassificationScorer} has them. */
class RowLabels implements RowScores {
  readonly #numbers = new Map<string, number>();
  readonly #actual: number[] = [];
  readonly #predicted: number[] = [];
  readonly #metric: LabelMetric;
  readonly #isLabel: (answer: string) => boolean;

  constructor(metric: LabelMetric, isLabel: (answer: string) => boolean = () => true) {
    this.#metric = metric;
    this.#isLabel = isLabel;
  }

  #numberOf(label: string): number {
    const number = this.#numbers.get(label) ?? this.#numbers.size;
    this.#numbers.set(label, number);
    return number;
  }

  add({ label = '', prediction }: PredictionRow): void {
    this.#actual.push(this.#numberOf(label));
    this.#predicted.push(this.#isLabel(prediction) ? this.#numberOf(prediction) : -1);
  }

  score(rows: Uint32Array): number {
    const labels = this.#numbers.size;
    const [hits, actual, predicted] = [new Float64Array(labels), new Float64Array(labels), new Float64Array(labels)];
    let [hit, labelled] = [0, 0];
    for (let i = 0; i < rows.length; i += 1) {
      const right = this.#actual[rows[i] as number] as number;
      const said = this.#predicted[rows[i] as number] as number;
      actual[right] = (actual[right] as number) + 1;
      if (said < 0) continue;
      labelled += 1;
      predicted[said] = (predicted[said] as number) + 1;
      if (right !== said) continue;
      hit += 1;
      hits[said] = (hits[said] as number) + 1;
    }
    if (this.#metric === 'precision_micro') return ratio(hit, labelled);
    if (this.#metric === 'f1_micro') return ratio(2 * hit, labelled + rows.length);
    let [sum, seen] = [0, 0];
    for (let label = 0; label < labels; label += 1) {
      const [h, a, p] = [hits[label], actual[label], predicted[label]] as [number, number, number];
      if (a + p === 0) continue;
      seen += 1;
      if (this.#metric === 'precision_macro') sum += ratio(h, p);
      else if (this.#metric === 'recall_macro') sum += ratio(h, a);
      else sum += ratio(2 * h, a + p);
    }
    return sum / seen;
  }

  key(row: number): number {
    return this.#predicted[row] as number;
  }
}

/** BLEU, which is one of all rows together: each adds counts. */
class RowBleu implements RowScores {
  /** Those of all rows, one behind the other. */
  readonly #counts: number[] = [];

  add({ expected = '', prediction }: PredictionRow): void {
    this.#counts.push(...bleuCounts(expected, prediction));
  }

  score(rows: Uint32Array): number {
    const sums = new Float64Array(COUNTS);
    for (let i = 0; i < rows.length; i += 1) {
      const start = (rows[i] as number) * COUNTS;
      for (let j = 0; j < COUNTS; j += 1) sums[j] = (sums[j] as number) + (this.#counts[start + j] as number);
    }
    return bleuOf(sums);
  }

  key(row: number): string {
    return this.#counts.slice(row * COUNTS, (row + 1) * COUNTS).join();
  }
}
