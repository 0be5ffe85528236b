/** `serve:`, `evaluate:` and `gate:` of `temper.yaml`: how a model answers, is scored, and passes. */
import { z } from 'zod';
import { QUESTIONS_AT_ONCE } from '../bedrock/question.ts';
import { parseRule, type Rule, undecidable } from '../gate.ts';
import { BEDROCK_METRICS, bedrockMetric, builtinName, METRICS } from '../metrics.ts';
import { nearest } from '../suggest.ts';
import { confidence, duration, instance, relativePath } from './values.ts';

/** The serving script that is looked for where the spec names none. */
export const DEFAULT_SERVING_SCRIPT = 'inference.py';

export const serve = z
  .strictObject({
    script: relativePath
      .default(DEFAULT_SERVING_SCRIPT)
      .meta({ description: 'Serving script, in the directory of the training script.' }),
    image: z.string().min(1).optional().meta({ description: "Serving image, where it is not the training job's." }),
  })
  .prefault({})
  .meta({ description: 'What serves the model, in evaluation and at the endpoint.' });

/** Who asks the models, and how. */
export const WAYS = ['transform', 'converse', 'batch', 'bedrock-job'] as const;
export type Way = (typeof WAYS)[number];

const modelId = z.string().min(1);

const judge = z
  .strictObject({
    model: modelId.meta({ description: 'Model that judges, by its id.' }),
    rubric: z
      .string()
      .min(1)
      .default('Is the answer correct, complete and to the point?')
      .meta({ description: 'What makes an answer a good one.' }),
    against: z
      .enum(['base'])
      .optional()
      .meta({ description: 'Whose answers the candidate is compared with, in pairs.' }),
    rows: z.int().min(1).max(10_000).default(200).meta({ description: 'At most so many rows are judged.' }),
  })
  .meta({ description: 'A model that judges the answers, for judge_score and judge_win_rate.' });

const job = z
  .strictObject({
    task: z
      .enum(['Summarization', 'Classification', 'QuestionAndAnswer', 'Generation', 'Custom'])
      .default('Generation')
      .meta({ description: 'Its task type, of an automatic evaluation; with an evaluator it is General.' }),
    metrics: z
      .array(z.string().regex(/^Builtin\.\w+$/, 'write a metric such as Builtin.Correctness'))
      .min(1)
      .max(25)
      .meta({ description: 'Its metrics, such as Builtin.Accuracy, or Builtin.Correctness with an evaluator.' }),
    evaluator: modelId.optional().meta({ description: 'Model that judges; an automatic evaluation without one.' }),
  })
  .meta({ description: 'What the Bedrock evaluation job measures.' });

export const evaluate = z
  .strictObject({
    by: z.enum(WAYS).optional().meta({
      description:
        'How the models are asked: `transform` of SageMaker; of Bedrock `converse` (the default), `batch`, at half the price and some hours later, or `bedrock-job`: by converse, and an evaluation job of Bedrock on the answers.',
    }),
    metrics: z.array(z.enum(METRICS)).min(1).optional().meta({
      description:
        'The scores to show: of classifiers `accuracy` and `f1_macro` where not given; of completions and chats `exact_match` and `token_f1`. All of them: docs/scores.md.',
    }),
    instance: instance
      .optional()
      .meta({ description: 'Machine of the batch transform jobs; ml.m5.large where not given.' }),
    maxRuntime: duration.optional().meta({
      description: 'Each job is stopped after this long; 1h where not given, and 1d where Bedrock is asked.',
    }),
    system: z.string().min(1).optional().meta({ description: 'System prompt for rows that have none.' }),
    maxTokens: z.int().min(1).max(100_000).optional().meta({ description: 'Longest answer; 512 where not given.' }),
    temperature: z.number().min(0).max(1).optional().meta({ description: 'Of the answers; 0 where not given.' }),
    concurrency: z
      .int()
      .min(1)
      .max(200)
      .optional()
      .meta({ description: 'How many questions at once by converse, at most; 8 where not given.' }),
    schema: z
      .record(z.string(), z.unknown())
      .optional()
      .meta({ description: 'JSON Schema that an answer must conform to, for json_schema.' }),
    judge: judge.optional(),
    job: job.optional(),
    confidence: confidence.optional().meta({
      description: 'How sure a difference to the champion has to be; 0.95 where not given.',
    }),
  })
  .meta({ description: 'Scores the model, and its base, on the test split; not done where left out.' });

type Given = z.infer<typeof evaluate>;

interface EveryWay {
  readonly metrics?: Given['metrics'];
  readonly maxRuntime: string;
  readonly schema?: Given['schema'];
  /** Of differences to the champion; see spec/bootstrap.ts for the usual one. */
  readonly confidence?: number | undefined;
}
/** Batch transform of SageMaker. */
export interface TransformEvaluation extends EveryWay {
  readonly by: 'transform';
  readonly instance: string;
}
interface Asking extends EveryWay {
  readonly system?: string | undefined;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly judge?: z.infer<typeof judge> | undefined;
}
/** Each row asked by Converse. */
export interface ConverseEvaluation extends Asking {
  readonly by: 'converse';
  readonly concurrency: number;
}
/** All rows in one batch inference job for each contender. */
export interface BatchEvaluation extends Asking {
  readonly by: 'batch';
}
/** Evaluation jobs of Bedrock. */
export interface JobEvaluation extends Omit<Asking, 'judge'> {
  readonly by: 'bedrock-job';
  readonly job: z.infer<typeof job>;
}
export type BedrockEvaluation = ConverseEvaluation | BatchEvaluation | JobEvaluation;
/** `evaluate:` with every default filled in. */
export type EvaluationSpec = TransformEvaluation | BedrockEvaluation;

const COMMON = ['by', 'metrics', 'maxRuntime', 'schema', 'confidence'] as const;
const ASKING = [...COMMON, 'system', 'maxTokens', 'temperature'] as const;
const FIELDS: { readonly [W in Way]: readonly (keyof Given)[] } = {
  transform: [...COMMON, 'instance'],
  converse: [...ASKING, 'judge', 'concurrency'],
  batch: [...ASKING, 'judge'],
  'bedrock-job': [...ASKING, 'job'],
};

/** The way that is asked for, or the usual one of the engine. */
const wayOf = (given: Given, engine: 'sagemaker' | 'bedrock'): Way =>
  given.by ?? (engine === 'sagemaker' ? 'transform' : 'converse');

/** What of `evaluate:` does not go with the engine, or with the way that the models are asked. */
export function evaluationProblems(given: Given, engine: 'sagemaker' | 'bedrock'): { path: string; message: string }[] {
  const by = wayOf(given, engine);
  if ((by === 'transform') !== (engine === 'sagemaker')) {
    const fitting = engine === 'sagemaker' ? 'transform' : 'converse, batch or bedrock-job';
    return [{ path: 'by', message: `what ${engine} has trained is asked by ${fitting}, received ${by}` }];
  }
  const others = (Object.keys(given) as (keyof Given)[]).filter(
    (field) => given[field] !== undefined && !FIELDS[by].includes(field),
  );
  const problems = others.map((path) => {
    const ways = WAYS.filter((way) => FIELDS[way].includes(path));
    return { path: String(path), message: `does not go with by: ${by}; it does with ${ways.join(', ')}` };
  });
  if (by === 'bedrock-job' && !given.job) problems.push({ path: 'job', message: 'say what it measures' });
  for (const name of given.job?.metrics ?? []) {
    if (bedrockMetric(name)) continue;
    const known = BEDROCK_METRICS.map(builtinName);
    const meant = nearest(name, known);
    problems.push({
      path: 'job',
      message: `no metric ${name} of answers that are given; ${meant ? `did you mean ${meant}?` : `there are ${known.join(', ')}`}`,
    });
  }
  return problems;
}

/** Fills in the defaults of the way. */
export function evaluationOf(given: Given, engine: 'sagemaker' | 'bedrock'): EvaluationSpec {
  const by = wayOf(given, engine);
  const { metrics, schema, confidence, instance: machine = 'ml.m5.large', system, judge: judged } = given;
  const maxRuntime = given.maxRuntime ?? (by === 'transform' ? '1h' : '1d');
  const every = { metrics, schema, maxRuntime, ...(confidence !== undefined && { confidence }) };
  const asking = { ...every, system, maxTokens: given.maxTokens ?? 512, temperature: given.temperature ?? 0 };
  switch (by) {
    case 'transform':
      return { by, ...every, instance: machine };
    case 'converse':
      return { by, ...asking, judge: judged, concurrency: given.concurrency ?? QUESTIONS_AT_ONCE };
    case 'batch':
      return { by, ...asking, judge: judged };
    case 'bedrock-job':
      return { by, ...asking, job: given.job ?? { task: 'Generation', metrics: [] } };
  }
}

/** What is wrong with a rule that can be read. */
export function ruleProblem(rule: Rule): string | undefined {
  const { metric, relativeTo, offset } = rule;
  if (relativeTo || (offset >= 0 && offset <= 1)) return undecidable(rule);
  const meant = offset > 1 && offset <= 100 ? `; did you mean ${formatShare(offset / 100)}?` : '';
  return `${metric} lies between 0 and 1${meant}`;
}

const rule = z.string().superRefine((text, context) => {
  try {
    const problem = ruleProblem(parseRule(text));
    if (problem) context.addIssue({ code: 'custom', message: `${text}: ${problem}` });
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as RangeError).message });
  }
});

const sliced = z
  .strictObject({
    rule: rule.meta({ description: 'Condition that the rows of each value must hold.' }),
    per: z.string().min(1).meta({ description: 'Field of the rows of the data, such as language.' }),
  })
  .superRefine(({ rule: text, per }, context) => {
    try {
      const problem = undecidable(parseRule(text), per);
      if (problem) context.addIssue({ code: 'custom', path: ['rule'], message: `${text}: ${problem}` });
    } catch {
      // Told of the rule itself.
    }
  });

/** Two decimals at least, no rounding error: 0.70, 0.925. */
const formatShare = (share: number): string => {
  const text = String(Number(share.toFixed(6)));
  return text.length < 4 ? share.toFixed(2) : text;
};

export const gate = z
  .array(z.union([rule, sliced]))
  .default([])
  .meta({
    description:
      'Conditions that must all hold, such as accuracy >= base + 0.05, or accuracy >= champion + 0.01, which has to hold with confidence.',
  });
