/** What an evaluation job is to do, read from its request. */
import { isObject, type Json } from '../../aws/model.ts';
import { validationError } from '../../aws/protocol.ts';
import { JUDGED, PROGRAMMATIC } from './metrics.ts';

/** A data set, and what is computed of it. */
export interface Task {
  readonly taskType: string;
  readonly dataset: string;
  readonly uri: string;
  readonly metrics: readonly string[];
}

export interface CustomMetric {
  readonly name: string;
  readonly instructions: string;
  /** Of its rating scale; from 0 to 1 without one. */
  readonly scale?: { readonly least: number; readonly most: number };
}

/** What answers: a model, or whatever gave the answers that stand in the data set. */
export type Source = { readonly modelId: string; readonly parameters: Json } | { readonly precomputed: string };

export interface Evaluation {
  readonly tasks: readonly Task[];
  readonly source: Source;
  /** Model that judges; of metrics of one's own, another one. */
  readonly judge?: string;
  readonly customJudge?: string;
  readonly customMetrics: readonly CustomMetric[];
}

/** Throws a ValidationException for what AWS refuses, and for what this region cannot do. */
export function readEvaluation({ evaluationConfig, inferenceConfig }: Json): Evaluation {
  const { automated } = evaluationConfig as Json;
  if (!isObject(automated))
    throw validationError('The laptop region has no people who evaluate: evaluationConfig must be automated');
  const judge = judgeIn(automated.evaluatorModelConfig);
  const custom = isObject(automated.customMetricConfig) ? automated.customMetricConfig : {};
  const customMetrics = list(custom.customMetrics).map(customMetricIn);
  const known = new Set(customMetrics.map(({ name }) => name));
  const tasks = list(automated.datasetMetricConfigs).map((config) => taskIn(config, judge !== undefined, known));
  const customJudge = judgeIn(custom.evaluatorModelConfig);
  return {
    tasks,
    source: sourceIn(inferenceConfig as Json),
    ...(judge !== undefined && { judge }),
    ...(customJudge !== undefined && { customJudge }),
    customMetrics,
  };
}

const list = (value: unknown): Json[] => (Array.isArray(value) ? value.filter(isObject) : []);

function judgeIn(config: unknown): string | undefined {
  const [model] = list((isObject(config) ? config : {}).bedrockEvaluatorModels);
  return model === undefined ? undefined : String(model.modelIdentifier);
}

function taskIn({ taskType, dataset, metricNames }: Json, judged: boolean, custom: ReadonlySet<string>): Task {
  const { name, datasetLocation } = dataset as Json;
  const uri = isObject(datasetLocation) ? datasetLocation.s3Uri : undefined;
  if (typeof uri !== 'string')
    throw validationError(`The laptop region has no built-in data sets: give ${name} a datasetLocation`);
  const metrics = (metricNames as unknown[]).map(String);
  for (const metric of metrics) {
    if (custom.has(metric)) continue;
    if (!judged && JUDGED.includes(metric)) throw validationError(`The metric ${metric} needs an evaluatorModelConfig`);
    if (!(judged ? JUDGED : PROGRAMMATIC).includes(metric))
      throw validationError(
        `The laptop region cannot compute ${metric}; it computes ${(judged ? JUDGED : PROGRAMMATIC).join(', ')}${judged ? '' : ', and more with an evaluatorModelConfig'}`,
      );
  }
  return { taskType: String(taskType), dataset: String(name), uri, metrics };
}

function customMetricIn({ customMetricDefinition }: Json): CustomMetric {
  const { name, instructions, ratingScale } = customMetricDefinition as Json;
  const values = list(ratingScale).map(({ value }) => (value as Json).floatValue);
  if (values.some((value) => typeof value !== 'number'))
    throw validationError(
      `The laptop region rates by numbers only: the ratingScale of ${name} has values that are none`,
    );
  const numbers = values.map(Number);
  return {
    name: String(name),
    instructions: String(instructions),
    ...(numbers.length > 0 && { scale: { least: Math.min(...numbers), most: Math.max(...numbers) } }),
  };
}

function sourceIn({ models }: Json): Source {
  const [model, ...others] = list(models);
  if (model === undefined || others.length > 0)
    throw validationError(
      'The laptop region evaluates models, one in each job: inferenceConfig must have one of models',
    );
  if (isObject(model.precomputedInferenceSource))
    return { precomputed: String(model.precomputedInferenceSource.inferenceSourceIdentifier) };
  const { modelIdentifier, inferenceParams } = model.bedrockModel as Json;
  return { modelId: String(modelIdentifier), parameters: parametersIn(inferenceParams) };
}

function parametersIn(text: unknown): Json {
  if (text === undefined) return {};
  try {
    const parameters: unknown = JSON.parse(String(text));
    if (isObject(parameters)) return parameters;
  } catch {
    // Told below.
  }
  throw validationError(`inferenceParams is no JSON object: ${text}`);
}
