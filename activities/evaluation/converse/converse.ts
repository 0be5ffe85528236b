import type { S3Client } from '@aws-sdk/client-s3';
import { conversePrompt, type Wording } from '../../../spec/bedrock/question.ts';
import { answerOf, canonicalExample, type Example } from '../../../spec/data/examples.ts';
import { type Contender, type RunRef, s3Keys, splitFile } from '../../../spec/naming.ts';
import type { Account, Answering, DataSet, Evaluation } from '../../../spec/record.ts';
import { scorerFor } from '../../../spec/scoring/scorer.ts';
import type { AwsProvider } from '../../aws.ts';
import { failure } from '../../errors.ts';
import { objectLines } from '../../s3-lines.ts';
import { keepScores, type ToldAnswer } from '../predictions.ts';
import { answerAll } from './answers.ts';
import { Asker, type Refusal, type Reply } from './ask.ts';
import { Parts, type Saved } from './parts.ts';

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

/** The examples of the test split, in their order. */
export async function* testExamples(s3: S3Client, { kind, splits }: DataSet): AsyncGenerator<Example> {
  if (!splits.test) throw failure('InvalidSpec', 'evaluation needs a test split, and the data set has none');
  for await (const line of objectLines(s3, `${splits.test.uri}${splitFile('test')}`))
    yield canonicalExample(kind, line);
}

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
      const options = { modelId, maxTokens, temperature };
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
      const tally = new Tally(modelId);
      const answers = answersOf(s3, data, parts, tally);
      const labels = data.kind === 'classification' ? data.labels : undefined;
      const kept = await keepScores(s3, prefix, scorerFor(data.kind, { labels, schema }), answers);
      return { ...kept, answering: tally.answering() };
    },
  };
}

/** What is right beside what the model said, row by row. */
async function* answersOf(
  s3: S3Client,
  data: DataSet,
  parts: Parts<SavedAnswer>,
  tally: Tally,
): AsyncGenerator<ToldAnswer> {
  const saved = parts.read();
  for await (const example of testExamples(s3, data)) {
    const { value, done } = await saved.next();
    if (done) throw failure('InvalidPredictions', `the answers of ${tally.modelId} in S3 end before the test split`);
    tally.add(value);
    const expected = answerOf(example);
    if ('refused' in value) yield { expected, prediction: '', told: { unanswered: value.refused } };
    else yield { expected, prediction: value.text, ...(value.cut ? { told: { cut: true } } : {}) };
  }
}

/** Adds up how a model answered. */
export class Tally {
  readonly modelId: string;
  #inputTokens = 0;
  #outputTokens = 0;
  #cut = 0;
  #unanswered: Answering['unanswered'];

  constructor(modelId: string) {
    this.modelId = modelId;
  }

  add(answer: Reply | Refusal): void {
    if ('refused' in answer) {
      this.#unanswered = {
        rows: (this.#unanswered?.rows ?? 0) + 1,
        reason: this.#unanswered?.reason ?? answer.refused,
      };
      return;
    }
    this.#inputTokens += answer.inputTokens;
    this.#outputTokens += answer.outputTokens;
    this.#cut += Number(answer.cut);
  }

  answering(): Answering {
    return {
      modelId: this.modelId,
      inputTokens: this.#inputTokens,
      outputTokens: this.#outputTokens,
      cut: this.#cut,
      ...(this.#unanswered ? { unanswered: this.#unanswered } : {}),
    };
  }
}
