import type { S3Client } from '@aws-sdk/client-s3';
import { answerOf } from '../../../spec/data/examples.ts';
import type { Answering } from '../../../spec/evaluation.ts';
import type { DataSet } from '../../../spec/record.ts';
import { labelReader } from '../../../spec/scoring/labels.ts';
import { failure } from '../../errors.ts';
import type { ToldAnswer } from '../predictions.ts';
import type { Refusal, Reply } from './ask.ts';
import { testExamples } from './test-examples.ts';

/** What a model said beside what is right, and how it answered, which is known when all of it was read. */
export interface ScoredAnswers {
  readonly answered: AsyncIterable<ToldAnswer>;
  answering(): Answering;
}

/**
 * Joins the test split and a model's answers to it.
 *
 * @param answerTo called for each row, counted from 1, in order
 */
export function scoredAnswers(
  s3: S3Client,
  data: DataSet,
  modelId: string,
  answerTo: (row: number) => Promise<Reply | Refusal>,
): ScoredAnswers {
  const sum = { inputTokens: 0, outputTokens: 0, cut: 0 };
  const labels = new Set(data.labels);
  const labelIn = labelReader(data.labels);
  let unlabelled = 0;
  let unanswered: Answering['unanswered'];
  let rows = 0;

  async function* join(): AsyncGenerator<ToldAnswer> {
    for await (const example of testExamples(s3, data)) {
      rows += 1;
      const expected = answerOf(example);
      const answer = await answerTo(rows);
      if ('refused' in answer) {
        unanswered = { rows: (unanswered?.rows ?? 0) + 1, reason: unanswered?.reason ?? answer.refused };
        yield { expected, prediction: '', told: { unanswered: answer.refused } };
        continue;
      }
      sum.inputTokens += answer.inputTokens;
      sum.outputTokens += answer.outputTokens;
      sum.cut += Number(answer.cut);
      unlabelled += Number(!labels.has(labelIn(answer.text)));
      yield { expected, prediction: answer.text, ...(answer.cut ? { told: { cut: true } } : {}) };
    }
    if (unanswered?.rows === rows) {
      throw failure('InvalidRequest', `${modelId} answered none of ${rows} rows: ${unanswered.reason}`);
    }
  }

  return {
    answered: join(),
    answering: () => ({
      modelId,
      ...sum,
      ...(data.kind === 'classification' ? { unlabelled } : {}),
      ...(unanswered ? { unanswered } : {}),
    }),
  };
}
