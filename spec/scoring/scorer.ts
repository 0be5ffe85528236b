/** Scores a model's answers against the expected ones. */
import type { Kind } from '../data/examples.ts';
import type { ScoreSummary } from '../metrics.ts';
import { ClassificationScorer } from './classification.ts';
import { GenerationScorer } from './generation.ts';

export interface Scores extends ScoreSummary {
  /** Of classifiers, sorted: every label that is true or predicted somewhere. The order of the matrix's rows and columns. */
  readonly labels?: readonly string[];
  /** `confusion[i][j]`: how many rows of true label i were predicted as label j. */
  readonly confusion?: readonly (readonly number[])[];
  /** Of language models: `unlabelled[i]` rows of true label i got an answer that is no label. */
  readonly unlabelled?: readonly number[];
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

export interface ScoringOptions {
  /**
   * The labels there are, where the model is a language model and may say anything: labels are read out of its answers,
   * and any other answer counts as wrong. Without them every answer is a label.
   */
  readonly labels?: readonly string[] | undefined;
  /** The JSON schema that `json_schema` holds answers against; without it there is no such score. */
  readonly schema?: object | undefined;
}

/** Throws a `RangeError` where the schema is none. */
export function scorerFor(kind: Kind, { labels, schema }: ScoringOptions = {}): Scorer {
  return kind === 'classification' ? new ClassificationScorer(labels) : new GenerationScorer(schema);
}
