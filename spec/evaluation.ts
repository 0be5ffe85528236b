/** What the evaluation of a contender left: scores, and what they were drawn from. */
import type { ScoreSummary } from './metrics.ts';
import type { Pairs, Spread } from './scoring/judgement.ts';

/** The scores of one contender on the test split. */
export interface Evaluation {
  readonly scores: ScoreSummary;
  /**
   * Per-row predictions, JSON Lines in S3: `{row, label, prediction, ok}` of classifiers, `{row, expected, prediction,
   * exact_match, token_f1, ...}` of other models; `scores.json` beside them has the confusion matrix.
   */
  readonly predictions: string;
  /** Of language models. */
  readonly answering?: Answering;
  /** The evaluation job of Bedrock, where the spec asks for one. */
  readonly job?: EvaluationJob;
  /** What a judge thinks of the answers, where the spec names one. */
  readonly judged?: Judged;
}

/** An evaluation job of Bedrock on the contender's answers; its scores are among the others. */
export interface EvaluationJob {
  readonly jobArn: string;
  /** Rows that it evaluated. */
  readonly rows: number;
}

/** A judge's verdicts on some rows, and their spread. */
export interface Judged {
  /** The model that judged. */
  readonly model: string;
  /** Rows that were judged. */
  readonly rows: number;
  /** Verdicts that could not be read, though asked for twice, and those that the judge refused to give. */
  readonly unread: number;
  /** Of the answers by themselves; from 0, very bad, to 1. Absent where no verdict could be read. */
  readonly score?: Spread;
  /** Of the answers beside those of the other contender. */
  readonly pairs?: Pairs;
  /** Of both contenders together. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Every verdict with its reason, JSON Lines in S3. */
  readonly verdicts: string;
}

/** How a language model answered the test split. */
export interface Answering {
  /** What was asked: the id or ARN of the model, or of what serves it. */
  readonly modelId: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Answers that went on beyond `evaluate.maxTokens` and were cut there. */
  readonly cut: number;
  /** Of rows with a label: answers that are none of the labels, which count as wrong. */
  readonly unlabelled?: number;
  /** Rows that got no answer, which count as wrong; the reason is that of the first. */
  readonly unanswered?: { readonly rows: number; readonly reason: string };
}
