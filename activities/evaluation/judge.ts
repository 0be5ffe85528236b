import type { S3Client } from '@aws-sdk/client-s3';
import { Context } from '@temporalio/activity';
import { type ConversePrompt, conversePrompt, promptText, type Wording } from '../../spec/bedrock/question.ts';
import { answerOf } from '../../spec/data/examples.ts';
import type { Judged } from '../../spec/evaluation.ts';
import {
  type Choice,
  choiceIn,
  JUDGE_SYSTEM,
  pairPrompt,
  type Question,
  scoreIn,
  scorePrompt,
  VERDICT_AGAIN,
  VERDICT_TOKENS,
} from '../../spec/judge.ts';
import { type RunRef, s3Keys } from '../../spec/naming.ts';
import type { Account, DataSet } from '../../spec/record.ts';
import { mirrored, PairsOf, SpreadOf } from '../../spec/scoring/judgement.ts';
import type { AwsProvider } from '../aws.ts';
import { LineFile } from '../data/line-file.ts';
import { Scratch } from '../data/scratch.ts';
import { uploadAll } from '../data/upload.ts';
import { failure } from '../errors.ts';
import { objectLines } from '../s3-lines.ts';
import { answerAll } from './converse/answers.ts';
import { Asker } from './converse/ask.ts';
import { Parts, type Saved } from './converse/parts.ts';
import { testExamples } from './converse/test-examples.ts';
import { sampleOf } from './sample.ts';

/** Whose answers are judged. */
type Judgeable = 'base' | 'candidate';

/** Who judges whose answers. */
export interface JudgeInput {
  readonly run: RunRef;
  readonly account: Account;
  readonly data: DataSet;
  readonly wording: Wording;
  /** Id of the model that judges. */
  readonly model: string;
  readonly rubric: string;
  /** Rows, at most. */
  readonly rows: number;
  readonly concurrency: number;
  /** Where the predictions of each contender are. */
  readonly predictions: { readonly [C in Judgeable]?: string };
  /** Whether both are shown side by side, in both orders. */
  readonly inPairs: boolean;
}

/** A row to judge. */
interface Row extends Question {
  /** In the test split, from 1. */
  readonly of: number;
  readonly answers: { readonly [C in Judgeable]?: string };
}

interface Verdict<V> {
  readonly said: string;
  /** Absent where it could not be read. */
  readonly value?: V;
}

/** Each contender's score, and the choice of the pair with the candidate as A and as B. */
interface JudgedRow extends Saved {
  /** The row of the test split. */
  readonly of: number;
  readonly base?: Verdict<number>;
  readonly candidate?: Verdict<number>;
  readonly asA?: Verdict<Choice>;
  readonly asB?: Verdict<Choice>;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** Why the judge refused the row. */
  readonly refused?: string;
}

export function createJudgeActivities({ aws }: { aws: AwsProvider }) {
  return {
    /**
     * Has a model judge the answers to a sample of the test split. Its verdicts are saved as they come, and asked for once
     * more where they cannot be read. Fails with `InvalidRequest` where the judge refuses all of the first rows.
     */
    async judgeAnswers(input: JudgeInput): Promise<{ readonly [C in Judgeable]?: Judged }> {
      const { run, account, data, model, rows, concurrency } = input;
      const { s3, converse } = aws(account.region);
      const prefix = `s3://${account.bucket}/${s3Keys.judge(run)}`;
      const parts = new Parts<JudgedRow>(s3, `${prefix}parts/`);
      const sample = sampleOf(data.splits.test?.rows ?? 0, rows, data.sha256);
      const options = { run, modelId: model, maxTokens: VERDICT_TOKENS, temperature: 0 };
      await answerAll({
        items: rowsOf(s3, input, sample),
        total: sample.size,
        parts,
        concurrency,
        asked: `judge ${model}`,
        answer: async (row, number, { limiter, signal }) => ({
          row: number,
          of: row.of,
          ...(await new Bench(new Asker(converse, options, limiter, signal), number).judge(row, input.inPairs)),
        }),
        refusal: ({ refused }) => refused,
      });
      return summary(s3, parts, `${prefix}verdicts.jsonl`, input);
    },
  };
}

/** The rows of the sample, with what each contender answered. */
async function* rowsOf(
  s3: S3Client,
  { data, wording, rubric, predictions }: JudgeInput,
  sample: ReadonlySet<number>,
): AsyncGenerator<Row> {
  const kept = Object.entries(predictions).map(([contender, uri]) => ({ contender, lines: objectLines(s3, uri), uri }));
  let of = 0;
  for await (const example of testExamples(s3, data)) {
    of += 1;
    const answers: { [C in Judgeable]?: string } = {};
    for (const { contender, lines, uri } of kept) {
      const { value, done } = await lines.next();
      if (done) throw failure('InvalidPredictions', `${uri} ends before the test split, at row ${of}`);
      if (sample.has(of)) {
        answers[contender as Judgeable] = (JSON.parse(value) as { readonly prediction: string }).prediction;
      }
    }
    if (!sample.has(of)) continue;
    yield {
      of,
      rubric,
      question: promptText(conversePrompt(example, wording)),
      reference: answerOf(example),
      answers,
    };
  }
}

/** A judge who is busy with one row. */
class Bench {
  readonly #asker: Asker;
  readonly #order: number;
  readonly #used = { inputTokens: 0, outputTokens: 0 };
  #refused: string | undefined;

  constructor(asker: Asker, order: number) {
    this.#asker = asker;
    this.#order = order;
  }

  /** All verdicts on the row. */
  async judge({ of: _, answers, ...question }: Row, inPairs: boolean): Promise<Omit<JudgedRow, 'row' | 'of'>> {
    const { base, candidate } = answers;
    const score = async (answer: string) => this.#verdict(scorePrompt({ ...question, answer }), scoreIn);
    const choose = async (a: string, b: string) => this.#verdict(pairPrompt({ ...question, a, b }), choiceIn);
    const isPair = inPairs && base !== undefined && candidate !== undefined;
    const [ofBase, ofCandidate, asA, asB] = await Promise.all([
      base === undefined ? undefined : score(base),
      candidate === undefined ? undefined : score(candidate),
      isPair ? choose(candidate, base) : undefined,
      isPair ? choose(base, candidate) : undefined,
    ]);
    return {
      ...(ofBase && { base: ofBase }),
      ...(ofCandidate && { candidate: ofCandidate }),
      ...(asA && { asA }),
      ...(asB && { asB }),
      ...this.#used,
      ...(this.#refused === undefined ? {} : { refused: this.#refused }),
    };
  }

  async #verdict<V>(text: string, read: (said: string) => V | undefined): Promise<Verdict<V>> {
    const prompt: ConversePrompt = {
      system: [{ text: JUDGE_SYSTEM }],
      messages: [{ role: 'user', content: [{ text }] }],
    };
    const said = await this.#ask(prompt);
    const value = read(said);
    if (value !== undefined) return { said, value };
    // A message without text is refused.
    const before = said.trim() === '' ? '{}' : said;
    const again: ConversePrompt = {
      ...prompt,
      messages: [
        ...prompt.messages,
        { role: 'assistant', content: [{ text: before }] },
        { role: 'user', content: [{ text: VERDICT_AGAIN }] },
      ],
    };
    const last = this.#refused === undefined ? await this.#ask(again) : said;
    const second = read(last);
    return { said: last, ...(second === undefined ? {} : { value: second }) };
  }

  async #ask(prompt: ConversePrompt): Promise<string> {
    const reply = await this.#asker.ask(prompt, this.#order);
    if ('refused' in reply) {
      this.#refused = reply.refused;
      return '';
    }
    this.#used.inputTokens += reply.inputTokens;
    this.#used.outputTokens += reply.outputTokens;
    return reply.text;
  }
}

/** Adds up what is saved, and keeps the verdicts in one file. */
async function summary(
  s3: S3Client,
  parts: Parts<JudgedRow>,
  verdicts: string,
  { model, predictions }: JudgeInput,
): Promise<{ readonly [C in Judgeable]?: Judged }> {
  const scores = { base: new SpreadOf(), candidate: new SpreadOf() };
  const pairs = new PairsOf();
  const total = { rows: 0, unread: 0, inputTokens: 0, outputTokens: 0 };
  const scratch = new Scratch();
  try {
    const lines = new LineFile(scratch);
    for await (const { row: _, ...judged } of parts.read()) {
      const { base, candidate, asA, asB } = judged;
      if (base?.value !== undefined) scores.base.add(base.value);
      if (candidate?.value !== undefined) scores.candidate.add(candidate.value);
      if (asA?.value && asB?.value) pairs.add(asA.value, asB.value);
      total.rows += 1;
      total.unread += [base, candidate, asA, asB].filter((verdict) => verdict && verdict.value === undefined).length;
      total.inputTokens += judged.inputTokens;
      total.outputTokens += judged.outputTokens;
      lines.add(Buffer.from(`${JSON.stringify(judged)}\n`));
      await scratch.settle();
    }
    const signal = Context.current().cancellationSignal;
    await uploadAll(s3, [{ uri: verdicts, content: lines.content }], { signal });
  } finally {
    await scratch.close();
  }
  const judgedOf = (contender: Judgeable): Judged => {
    const score = scores[contender].spread;
    const seen = pairs.pairs && (contender === 'candidate' ? pairs.pairs : mirrored(pairs.pairs));
    return { model, ...total, ...(score && { score }), ...(seen && { pairs: seen }), verdicts };
  };
  return Object.fromEntries((Object.keys(predictions) as Judgeable[]).map((who) => [who, judgedOf(who)]));
}
