import type { S3Client } from '@aws-sdk/client-s3';
import { Context } from '@temporalio/activity';
import type { Answer, Scores } from '../../spec/scoring.ts';
import { inMemory } from '../data/content.ts';
import { uploadAll } from '../data/upload.ts';
import { failure } from '../errors.ts';
import { objectLines } from '../s3-lines.ts';

/** The label in a model's answer: one JSON object a line with `label`, or a JSON string. */
export function labelOf(line: string): string | undefined {
  try {
    const answer: unknown = JSON.parse(line);
    if (typeof answer === 'string') return answer;
    const label = answer !== null && typeof answer === 'object' && 'label' in answer ? answer.label : undefined;
    return typeof label === 'string' || typeof label === 'number' ? String(label) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Puts the true labels of the test split beside what a model said, row by row: a transform job keeps the order.
 * Fails with `InvalidPredictions` when an answer holds no label or the numbers of rows differ.
 */
export async function readAnswers(s3: S3Client, testUri: string, outputUri: string): Promise<Answer[]> {
  const answers: Answer[] = [];
  const output = objectLines(s3, outputUri);
  try {
    for await (const line of objectLines(s3, testUri)) {
      const { value: said, done } = await output.next();
      const row = answers.length + 1;
      if (done) throw failure('InvalidPredictions', `${outputUri} ends after ${row - 1} rows, the test split goes on`);
      const prediction = labelOf(said);
      if (prediction === undefined) {
        throw failure(
          'InvalidPredictions',
          `${outputUri}:${row}: expected JSON with a "label", received ${said.slice(0, 200)}; see output_fn of the serving script`,
        );
      }
      answers.push({ label: (JSON.parse(line) as { label: string }).label, prediction });
    }
    const { done } = await output.next();
    if (!done)
      throw failure('InvalidPredictions', `${outputUri} has more rows than the ${answers.length} of the test split`);
  } finally {
    await output.return(undefined);
  }
  return answers;
}

/**
 * Keeps an evaluation under a prefix: `predictions.jsonl`, each row's `{row, label, prediction, ok}` with rows counted
 * from 1, and `scores.json`. Returns the address of the predictions.
 */
export async function keepEvaluation(
  s3: S3Client,
  prefix: string,
  answers: readonly Answer[],
  scores: Scores,
): Promise<string> {
  const lines = answers.map(
    ({ label, prediction }, index) =>
      `${JSON.stringify({ row: index + 1, label, prediction, ok: label === prediction })}\n`,
  );
  const files = { 'predictions.jsonl': lines.join(''), 'scores.json': JSON.stringify(scores, null, 2) };
  const uploads = Object.entries(files).map(([name, text]) => ({
    uri: `${prefix}${name}`,
    content: inMemory(Buffer.from(text), name.endsWith('l') ? 'application/jsonlines' : 'application/json'),
  }));
  await uploadAll(s3, uploads, { signal: Context.current().cancellationSignal });
  return `${prefix}predictions.jsonl`;
}
