import { labelReader } from './labels.ts';
import type { Answer, Scorer, Scores } from './scorer.ts';

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/**
 * Definitions as in scikit-learn with `zero_division=0` and, where the labels are given, with them as its `labels`: an
 * answer that is none of them is a miss of the true label and a hit of no other. exact_match takes labels for the same
 * that differ in space around them.
 */
export class ClassificationScorer implements Scorer {
  readonly #known: ReadonlySet<string> | undefined;
  readonly #labelIn: (answer: string) => string;
  #rows = 0;
  #exact = 0;
  /** How often a true label was predicted as what. */
  readonly #counts = new Map<string, Map<string, number>>();
  /** How often a true label got an answer that is no label: counted only, for each may be another. */
  readonly #unlabelled = new Map<string, number>();

  constructor(labels?: readonly string[]) {
    this.#known = labels && new Set(labels);
    this.#labelIn = labels ? labelReader(labels) : (answer) => answer;
  }

  add({ expected, prediction: answer }: Answer) {
    const prediction = this.#labelIn(answer);
    const predicted = this.#counts.get(expected) ?? new Map<string, number>();
    this.#counts.set(expected, predicted);
    if (this.#known?.has(prediction) ?? true) predicted.set(prediction, (predicted.get(prediction) ?? 0) + 1);
    else this.#unlabelled.set(expected, (this.#unlabelled.get(expected) ?? 0) + 1);
    this.#rows += 1;
    const exact = expected.trim() === answer.trim();
    if (exact) this.#exact += 1;
    // Where the label was read out of the answer, the prediction does not tell.
    const told = prediction === answer ? {} : { exact_match: exact };
    return { label: expected, prediction, ok: expected === prediction, ...told };
  }

  scores(): Scores {
    if (this.#rows === 0) throw new RangeError('no rows to score');
    const labels = [...new Set([...this.#counts].flatMap(([label, predicted]) => [label, ...predicted.keys()]))].sort();
    const confusion = labels.map((label) => labels.map((predicted) => this.#counts.get(label)?.get(predicted) ?? 0));
    const unlabelled = labels.map((label) => this.#unlabelled.get(label) ?? 0);
    const perLabel = labels.map((_, i) => {
      const hits = confusion[i]?.[i] ?? 0;
      const precision = ratio(hits, sum(confusion.map((row) => row[i] ?? 0)));
      const recall = ratio(hits, sum(confusion[i] ?? []) + (unlabelled[i] ?? 0));
      return { hits, precision, recall, f1: ratio(2 * precision * recall, precision + recall) };
    });
    const macro = (key: 'precision' | 'recall' | 'f1'): number => sum(perLabel.map((p) => p[key])) / labels.length;
    const hits = sum(perLabel.map((p) => p.hits));
    const labelled = this.#rows - sum(unlabelled);
    // Where each row has one true and one predicted label, every micro average is the accuracy.
    const accuracy = hits / this.#rows;
    return {
      rows: this.#rows,
      metrics: {
        accuracy,
        exact_match: this.#exact / this.#rows,
        precision_macro: macro('precision'),
        precision_micro: ratio(hits, labelled),
        recall_macro: macro('recall'),
        recall_micro: accuracy,
        f1_macro: macro('f1'),
        f1_micro: ratio(2 * hits, labelled + this.#rows),
      },
      labels,
      confusion,
      ...(this.#known ? { unlabelled } : {}),
    };
  }
}
