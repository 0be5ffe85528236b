/** One prompt of an evaluation job: asked, scored, and told as AWS tells it. */
import type { Json } from '../../aws/model.ts';
import { JobFailure } from '../jobs.ts';
import type { EvaluatedPrompt } from './dataset.ts';
import { accuracyOf, judgedScore, judgePrompt, perturbed, robustnessOf, type Score } from './metrics.ts';
import type { Evaluation, Task } from './request.ts';

export interface Response {
  readonly response: string;
  readonly modelIdentifier: string;
  readonly stopReason?: string;
}

/** Asks a model, with inference parameters as Converse has them. */
export type Ask = (modelId: string, prompt: string, parameters?: Json) => Promise<Response>;

/** A line of the output. Throws a {@link JobFailure} where the data set lacks an answer that it should have. */
export async function evaluate(ask: Ask, evaluation: Evaluation, task: Task, prompt: EvaluatedPrompt): Promise<Json> {
  const response = await responseOf(ask, evaluation, prompt);
  const scores: Score[] = [];
  for (const metric of task.metrics)
    scores.push(await scored(ask, evaluation, task.taskType, metric, prompt, response));
  return {
    automatedEvaluationResult: { scores },
    inputRecord: prompt.record,
    modelResponses: [response],
  };
}

async function responseOf(ask: Ask, { source }: Evaluation, { prompt, modelResponses }: EvaluatedPrompt) {
  if ('modelId' in source) return ask(source.modelId, prompt, source.parameters);
  const given = modelResponses.find(({ modelIdentifier }) => modelIdentifier === source.precomputed);
  if (given) return given;
  throw new JobFailure(`a prompt has no modelResponses of ${source.precomputed}: ${prompt}`);
}

async function scored(
  ask: Ask,
  { source, judge, customJudge, customMetrics }: Evaluation,
  taskType: string,
  metricName: string,
  { prompt, referenceResponse }: EvaluatedPrompt,
  { response }: Response,
): Promise<Score> {
  const custom = customMetrics.find(({ name }) => name === metricName);
  const by = custom ? customJudge : judge;
  if (by !== undefined) {
    const asked = judgePrompt(custom?.instructions ?? metricName, prompt, referenceResponse, response);
    return judgedScore(metricName, (await ask(by, asked)).response, by, custom?.scale);
  }
  if (metricName === 'Builtin.Accuracy') {
    const unknown = referenceResponse === undefined;
    return { metricName, result: unknown ? null : accuracyOf(taskType, referenceResponse, response) };
  }
  // Answers that were had elsewhere cannot be had again of a changed prompt.
  if (!('modelId' in source)) return { metricName, result: null };
  const changed: string[] = [];
  for (const each of perturbed(prompt)) changed.push((await ask(source.modelId, each, source.parameters)).response);
  return { metricName, result: robustnessOf(taskType, referenceResponse, response, changed) };
}
