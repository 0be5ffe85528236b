/** Jobs of Bedrock in an evaluation: batch inference, which answers, and evaluation jobs, which judge answers. */
import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import { baseModelId } from '../../spec/bedrock/base.ts';
import { wordingOf } from '../../spec/bedrock/question.ts';
import type { Champion } from '../../spec/champion.ts';
import { durationSeconds } from '../../spec/duration.ts';
import type { Evaluation } from '../../spec/evaluation.ts';
import { type Contender, evaluationJobName } from '../../spec/naming.ts';
import type { CustomizedModel, DataSet } from '../../spec/record.ts';
import type { BatchEvaluation, JobEvaluation } from '../../spec/schema/evaluate.ts';
import type { BedrockRun, Evaluations } from '../context.ts';
import * as profiles from '../profiles.ts';
import { together } from '../together.ts';
import { inWordsOf } from './champion.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submit);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);

const summary = (text: string): ActivityOptions => ({ summary: text });

/** Each contender answers all rows in one job. Custom models need no deployment: their own ARN is what a job takes. */
export async function byBatch(
  context: BedrockRun,
  how: BatchEvaluation,
  data: DataSet,
  model: CustomizedModel,
  before?: Champion,
): Promise<Evaluations> {
  const baseId = baseModelId(context.spec.train.base, context.account.region);
  const [base, champion, candidate] = await together([
    async () => (baseId === undefined ? undefined : answerInBatch(context, how, data, 'base', baseId)),
    async () =>
      before?.model.engine === 'bedrock'
        ? answerInBatch(inWordsOf(context, before), how, data, 'champion', before.model.customModel)
        : undefined,
    () => answerInBatch(context, how, data, 'candidate', model.customModel),
  ]);
  return { ...(base && { base }), ...(champion && { champion }), candidate };
}

async function answerInBatch(
  { run, account, spec, cleanUp }: BedrockRun,
  { maxTokens, temperature, schema, maxRuntime }: BatchEvaluation,
  data: DataSet,
  contender: Contender,
  modelId: string,
): Promise<Evaluation> {
  const name = evaluationJobName(run, contender);
  const maxSeconds = durationSeconds(maxRuntime);
  const asking = { modelId, wording: wordingOf(spec), maxTokens, temperature, schema };
  const input = { run, account, data, contender, ...asking, maxSeconds };
  cleanUp.register(name, () =>
    removing.stopBatch.executeWithOptions(summary(`stop batch inference job ${name}`), [{ run, account, contender }]),
  );
  await submit.submitBatch.executeWithOptions(summary(`create batch inference job ${name}`), [input]);
  const { awaitBatch } = proxyActivities<PipelineActivities>(profiles.awaitJob(maxSeconds));
  const evaluation = await awaitBatch.executeWithOptions(summary(`wait for ${name}, score its answers`), [input]);
  cleanUp.keep(name);
  return evaluation;
}

/**
 * What Bedrock's evaluation jobs say of answers that were given before, each contender's in a job of its own. No rule
 * compares that with the champion, who needs none.
 */
export async function judgedByJobs(
  context: BedrockRun,
  how: JobEvaluation,
  data: DataSet,
  { base, candidate, ...others }: Evaluations,
): Promise<Evaluations> {
  const [judgedBase, judgedCandidate] = await together([
    async () => base && judgedByJob(context, how, data, 'base', base),
    async () => candidate && judgedByJob(context, how, data, 'candidate', candidate),
  ]);
  return { ...others, ...(judgedBase && { base: judgedBase }), ...(judgedCandidate && { candidate: judgedCandidate }) };
}

async function judgedByJob(
  { run, account, spec, cleanUp }: BedrockRun,
  { job: { task, metrics: asked, evaluator }, maxRuntime }: JobEvaluation,
  data: DataSet,
  contender: Contender,
  evaluation: Evaluation,
): Promise<Evaluation> {
  const name = evaluationJobName(run, contender);
  const maxSeconds = durationSeconds(maxRuntime);
  const { predictions } = evaluation;
  const wanted = { task, metrics: asked, evaluator, maxSeconds };
  const input = { run, account, data, contender, wording: wordingOf(spec), predictions, ...wanted };
  cleanUp.register(name, () =>
    removing.stopEvaluationJob.executeWithOptions(summary(`stop evaluation job ${name}`), [
      { run, account, contender },
    ]),
  );
  await submit.submitEvaluationJob.executeWithOptions(summary(`create evaluation job ${name}`), [input]);
  const { awaitEvaluationJob } = proxyActivities<PipelineActivities>(profiles.awaitJob(maxSeconds));
  const { jobArn, rows, metrics } = await awaitEvaluationJob.executeWithOptions(summary(`wait for ${name}`), [input]);
  cleanUp.keep(name);
  const { scores } = evaluation;
  return {
    ...evaluation,
    scores: { rows: scores.rows, metrics: { ...scores.metrics, ...metrics } },
    job: { jobArn, rows },
  };
}
