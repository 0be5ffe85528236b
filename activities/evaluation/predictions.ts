import type { S3Client } from '@aws-sdk/client-s3';
import { Context } from '@temporalio/activity';
import { answerOf, canonicalExample, type Kind } from '../../spec/data/examples.ts';
import type { ScoreSummary } from '../../spec/metrics.ts';
import { answerField, answerIn } from '../../spec/scoring/answers.ts';
import { type Answer, type Scorer, type ScoringOptions, scorerFor } from '../../spec/scoring/scorer.ts';
import { inMemory } from '../data/content.ts';
import { LineFile } from '../data/line-file.ts';
import { Scratch } from '../data/scratch.ts';
import { uploadAll } from '../data/upload.ts';
import { failure } from '../errors.ts';
import { objectLines } from '../s3-lines.ts';

/** What a model says in a line: JSON, as {@link answerIn} reads it. */
export function saidIn(line: string, kind: Kind): string | undefined {
  try {
    return answerIn(JSON.parse(line), kind);
  } catch {
    return undefined;
  }
}

interface Files extends ScoringOptions {
  readonly kind: Kind;
  /** The test split's file. */
  readonly testUri: string;
  /** What the model answered to it. */
  readonly outputUri: string;
}

/** What is right beside what the model said, row by row: a transform job keeps the order. */
async function* answersOf(s3: S3Client, { kind, testUri, outputUri }: Files) {
  const output = objectLines(s3, outputUri);
  let rows = 0;
  try {
    for await (const line of objectLines(s3, testUri)) {
      const { value: said, done } = await output.next();
      if (done) throw failure('InvalidPredictions', `${outputUri} ends after ${rows} rows, the test split goes on`);
      rows += 1;
      const prediction = saidIn(said, kind);
      if (prediction === undefined) {
        throw failure(
          'InvalidPredictions',
          `${outputUri}:${rows}: expected JSON with a "${answerField(kind)}", received ${said.slice(0, 200)}; see output_fn of the serving script`,
        );
      }
      yield { expected: answerOf(canonicalExample(kind, line)), prediction };
    }
    const { done } = await output.next();
    if (!done) throw failure('InvalidPredictions', `${outputUri} has more rows than the ${rows} of the test split`);
  } finally {
    await output.return(undefined);
  }
}

/**
 * Scores a model's answers and keeps the evaluation under a prefix: `predictions.jsonl`, a line for each row counted from
 * 1, and `scores.json`. Fails with `InvalidPredictions` when an answer cannot be read or the numbers of rows differ.
 */
export async function scoreAnswers(s3: S3Client, prefix: string, files: Files): Promise<KeptScores> {
  return keepScores(s3, prefix, scorerFor(files.kind, files), answersOf(s3, files));
}

/** What is left of an evaluation: its scores, and where the predictions are. */
export interface KeptScores {
  readonly scores: ScoreSummary;
  readonly predictions: string;
}

/** An answer, and what else is to be told of its row. */
export interface ToldAnswer extends Answer {
  readonly told?: Readonly<Record<string, unknown>>;
}

/** Scores answers in the order of the test split, and keeps predictions and scores under a prefix. */
export async function keepScores(
  s3: S3Client,
  prefix: string,
  scorer: Scorer,
  answers: AsyncIterable<ToldAnswer>,
): Promise<KeptScores> {
  const scratch = new Scratch();
  try {
    const lines = new LineFile(scratch);
    for await (const { told, ...answer } of answers) {
      lines.add(Buffer.from(`${JSON.stringify({ row: lines.rows + 1, ...scorer.add(answer), ...told })}\n`));
      await scratch.settle();
    }
    const scores = scorer.scores();
    const uploads = [
      { uri: `${prefix}predictions.jsonl`, content: lines.content },
      {
        uri: `${prefix}scores.json`,
        content: inMemory(Buffer.from(JSON.stringify(scores, null, 2)), 'application/json'),
      },
    ];
    await uploadAll(s3, uploads, { signal: Context.current().cancellationSignal });
    // The confusion matrix grows with the square of the labels, and a history holds two megabytes.
    return { scores: { rows: scores.rows, metrics: scores.metrics }, predictions: `${prefix}predictions.jsonl` };
  } finally {
    await scratch.close();
  }
}
