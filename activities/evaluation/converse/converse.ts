import { conversePrompt, type Wording } from '../../../spec/bedrock/question.ts';
import type { Evaluation } from '../../../spec/evaluation.ts';
import { type Contender, type RunRef, s3Keys } from '../../../spec/naming.ts';
import type { Account, DataSet } from '../../../spec/record.ts';
import { scorerFor } from '../../../spec/scoring/scorer.ts';
import type { AwsProvider } from '../../aws.ts';
import { failure } from '../../errors.ts';
import { keepScores } from '../predictions.ts';
import { answerAll } from './answers.ts';
import { Asker, type Refusal, type Reply } from './ask.ts';
import { Parts, type Saved } from './parts.ts';
import { scoredAnswers } from './scored-answers.ts';
import { testExamples } from './test-examples.ts';

/** Who answers the test split, and how it is asked. */
export interface ConverseInput {
  readonly run: RunRef;
  readonly account: Account;
  readonly data: DataSet;
  readonly contender: Contender;
  /** Id or ARN of the model, or of what serves it. */
  readonly modelId: string;
  readonly wording: Wording;
  readonly maxTokens: number;
  readonly temperature: number;
  /** Questions at once, at most. */
  readonly concurrency: number;
  /** JSON schema for `json_schema`. */
  readonly schema?: object | undefined;
}

type SavedAnswer = Saved & (Reply | Refusal);

export function createConverseActivities({ aws }: { aws: AwsProvider }) {
  return {
    /**
     * Has a model answer the test split by Converse and scores its answers. They are saved in parts as they come, so that
     * another attempt goes on where this one ended. A row that the model refuses counts as wrong and is told; where it
     * refuses all of the first ones, the activity fails with `InvalidRequest`.
     */
    async answerTestSplit(input: ConverseInput): Promise<Evaluation> {
      const { run, account, data, contender, modelId, wording, maxTokens, temperature, concurrency, schema } = input;
      const { s3, converse } = aws(account.region);
      const prefix = `s3://${account.bucket}/${s3Keys.evaluation(run, contender)}`;
      const parts = new Parts<SavedAnswer>(s3, `${prefix}answers/`);
      const total = data.splits.test?.rows ?? 0;
      const options = { run, modelId, maxTokens, temperature };
      await answerAll({
        items: testExamples(s3, data),
        total,
        parts,
        concurrency,
        asked: modelId,
        answer: async (example, row, { limiter, signal }) => {
          const asker = new Asker(converse, options, limiter, signal);
          return { row, ...(await asker.ask(conversePrompt(example, wording), row)) };
        },
        refusal: (saved) => ('refused' in saved ? saved.refused : undefined),
      });
      const saved = parts.read();
      const { answered, answering } = scoredAnswers(s3, data, modelId, async () => {
        const { value, done } = await saved.next();
        if (done) throw failure('InvalidPredictions', `the answers of ${modelId} in S3 end before the test split`);
        return value;
      });
      const labels = data.kind === 'classification' ? data.labels : undefined;
      const kept = await keepScores(s3, prefix, scorerFor(data.kind, { labels, schema }), answered);
      return { ...kept, answering: answering() };
    },
  };
}
