/** Evaluation of a Bedrock run: base and candidate answer the same test split, and a judge may have its say. */
import { type ActivityOptions, ApplicationFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import { baseModelId } from '../../spec/bedrock/base.ts';
import { QUESTIONS_AT_ONCE, wordingOf } from '../../spec/bedrock/question.ts';
import type { Champion } from '../../spec/champion.ts';
import { durationSeconds } from '../../spec/duration.ts';
import type { PipelineCode } from '../../spec/errors/pipeline.ts';
import type { Evaluation, Judged } from '../../spec/evaluation.ts';
import type { Contender } from '../../spec/naming.ts';
import type { CustomizedModel, CustomModelRef, DataSet } from '../../spec/record.ts';
import type { BedrockEvaluation } from '../../spec/schema/evaluate.ts';
import type { BedrockRun, Evaluations } from '../context.ts';
import { rootOf } from '../failures.ts';
import * as profiles from '../profiles.ts';
import { together } from '../together.ts';
import { deployCandidate } from './candidate.ts';
import { inWordsOf, withChampion } from './champion.ts';
import { byBatch, judgedByJobs } from './evaluation-jobs.ts';

const summary = (text: string): ActivityOptions => ({ summary: text });

/** Who asks which rows in which way. */
interface Asking {
  readonly context: BedrockRun;
  readonly how: BedrockEvaluation;
  readonly data: DataSet;
}

/** What it is about. */
interface Contest extends Asking {
  readonly model: CustomizedModel;
  /** Where a rule asks for it. */
  readonly champion: Champion | undefined;
}

/** The base, where it can be asked, the champion, where a rule asks for it, and the candidate answer the test split in the way that the spec says. */
export async function evaluateOnBedrock(
  context: BedrockRun,
  how: BedrockEvaluation,
  data: DataSet,
  model: CustomizedModel,
  champion?: Champion,
): Promise<Evaluations> {
  const contest = { context, how, data, model, champion };
  switch (how.by) {
    case 'converse':
      return judged(contest, await byConverse(contest));
    case 'batch':
      return judged(contest, await byBatch(context, how, data, model, champion));
    case 'bedrock-job':
      return judgedByJobs(context, how, data, await byConverse(contest));
  }
}

/** The others are asked while the candidate's deployment comes up. */
async function byConverse(contest: Contest): Promise<Evaluations> {
  const { context, how, data, model, champion: before } = contest;
  const baseId = baseModelId(context.spec.train.base, context.account.region);
  const [base, champion, candidate] = await together([
    async () => (baseId === undefined ? undefined : answer(contest, 'base', baseId)),
    async () =>
      before?.model.engine === 'bedrock' ? askChampion(inWordsOf(context, before), how, data, before.model) : undefined,
    async () => answer(contest, 'candidate', (await deployCandidate(context, model)).arn),
  ]);
  return { ...(base && { base }), ...(champion && { champion }), candidate };
}

/** A champion of Bedrock answers from what serves it, or from a deployment of its own, in the words of the context's spec. */
export function askChampion(
  context: BedrockRun,
  how: BedrockEvaluation,
  data: DataSet,
  { customModel }: CustomModelRef,
): Promise<Evaluation> {
  return withChampion(context, customModel, (id) => answer({ context, how, data }, 'champion', id));
}

/** One contender answers, and is scored. */
async function answer({ context, how, data }: Asking, contender: Contender, modelId: string): Promise<Evaluation> {
  const { run, account, spec } = context;
  const { maxTokens, temperature, schema, maxRuntime } = how;
  const concurrency = concurrencyOf(how);
  const { answerTestSplit } = proxyActivities<PipelineActivities>(profiles.askModel(durationSeconds(maxRuntime)));
  const rows = data.splits.test?.rows ?? 0;
  return withinRuntime(maxRuntime, `the ${contender} did not answer ${rows} rows`, () =>
    answerTestSplit.executeWithOptions(summary(`ask the ${contender} ${rows} questions, score its answers`), [
      { run, account, data, contender, modelId, wording: wordingOf(spec), maxTokens, temperature, concurrency, schema },
    ]),
  );
}

/** The evaluations with what a judge thinks of them, where the spec names one. */
async function judged({ context, how, data }: Contest, evaluations: Evaluations): Promise<Evaluations> {
  const judge = 'judge' in how ? how.judge : undefined;
  if (!judge) return evaluations;
  const { run, account, spec } = context;
  const { model, rubric, rows, against } = judge;
  const { judgeAnswers } = proxyActivities<PipelineActivities>(profiles.askModel(durationSeconds(how.maxRuntime)));
  const { base, candidate, ...others } = evaluations;
  const predictions = Object.fromEntries(
    Object.entries({ base, candidate }).flatMap(([who, each]) => (each ? [[who, each.predictions]] : [])),
  );
  const verdicts = await withinRuntime(how.maxRuntime, `${model} did not judge the answers`, () =>
    judgeAnswers.executeWithOptions(summary(`let ${model} judge the answers`), [
      {
        ...{ run, account, data, model, rubric, rows, predictions },
        wording: wordingOf(spec),
        concurrency: concurrencyOf(how),
        inPairs: against === 'base',
      },
    ]),
  );
  return {
    ...others,
    ...(base && { base: withVerdict(base, verdicts.base) }),
    ...(candidate && { candidate: withVerdict(candidate, verdicts.candidate) }),
  };
}

function withVerdict(evaluation: Evaluation, verdict: Judged | undefined): Evaluation {
  if (!verdict) return evaluation;
  const { rows, metrics } = evaluation.scores;
  const { score, pairs } = verdict;
  const judge = {
    ...(score && { judge_score: score.mean }),
    ...(pairs && { judge_win_rate: pairs.winRate.mean }),
  };
  return { ...evaluation, scores: { rows, metrics: { ...metrics, ...judge } }, judged: verdict };
}

const concurrencyOf = (how: BedrockEvaluation): number => (how.by === 'converse' ? how.concurrency : QUESTIONS_AT_ONCE);

/** Says which setting it was that ended the work. */
async function withinRuntime<T>(maxRuntime: string, what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(rootOf(error) instanceof TimeoutFailure)) throw error;
    throw ApplicationFailure.create({
      type: 'MaxRuntimeExceeded' satisfies PipelineCode,
      message: `${what} within its limit of ${maxRuntime}; raise evaluate.maxRuntime`,
      nonRetryable: true,
      cause: error as Error,
    });
  }
}
