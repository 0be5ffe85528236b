/**
 * The schema of `temper.yaml`. Pure: reading the file and finding lines is parse.ts's. The JSON Schema that editors use
 * is generated from here (spec/temper.schema.json).
 */
import { z } from 'zod';
import { DURATION_PATTERN, durationSeconds } from './duration.ts';
import { parseRule } from './gate.ts';
import { IMAGE_ALIASES } from './images.ts';
import { MAX_NAME_LENGTH, NAME_PATTERN } from './naming.ts';
import { METRICS } from './scoring.ts';
import { lowerFirst, shown } from './shown.ts';

const name = z
  .string()
  .max(MAX_NAME_LENGTH)
  .regex(NAME_PATTERN, 'use lower-case letters, digits and single hyphens, such as product-reviews');
// SageMaker's maximum for a job.
const MAX_RUNTIME = '28d';
const duration = z
  .string()
  .regex(DURATION_PATTERN, { error: 'write a duration as 90s, 30m, 1h or 5d', abort: true })
  .refine((text) => durationSeconds(text) <= durationSeconds(MAX_RUNTIME), {
    error: ({ input }) => `must be at most ${MAX_RUNTIME}, SageMaker's maximum, received ${input}`,
  });
const instance = z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'write an instance type such as ml.m5.large');
const relativePath = z
  .string()
  .min(1)
  .regex(/^(?![a-z0-9]+:\/\/)/, 'give a path on this machine; addresses such as s3:// are not read');
const fraction = z.number().min(0).max(0.9);

const columns = z
  .strictObject({
    text: z
      .string()
      .min(1)
      .default('text')
      .meta({ description: 'Field of the source that holds the text; scripts find it as `text`.' }),
    label: z.string().min(1).default('label').meta({
      description: 'Field of the source that holds the label, text or a number; scripts find it as `label`, as text.',
    }),
  })
  .prefault({})
  .meta({ description: 'Which fields of the source are used; the others are left out.' });

const data = z
  .strictObject({
    source: relativePath
      .optional()
      .meta({ description: 'File, directory or glob of JSON Lines; split as `split` says.' }),
    train: relativePath.optional().meta({ description: 'The training split, where splits are given as files.' }),
    validation: relativePath.optional().meta({ description: 'The validation split, given as a file.' }),
    test: relativePath.optional().meta({ description: 'The test split, given as a file.' }),
    columns,
    split: z
      .strictObject({
        test: fraction.default(0.2).meta({ description: 'Share of rows held out for evaluation.' }),
        validation: fraction.default(0).meta({ description: 'Share of rows for validation while training.' }),
        seed: z
          .int()
          .min(0)
          .default(0)
          .meta({ description: 'Another seed, another split; the same seed, the same split.' }),
      })
      .refine((split) => split.test + split.validation < 1, 'test and validation together leave nothing to train on')
      .optional()
      .meta({
        description: 'How `source` is divided: label by label, no text on two sides; the rest is for training.',
      }),
  })
  .superRefine((value, context) => {
    const given = ['train', 'validation', 'test'].filter((key) => key in value && value[key as 'train'] !== undefined);
    if (value.source === undefined && value.train === undefined) {
      context.addIssue({ code: 'custom', message: 'give source: (a file, directory or glob), or train: and test:' });
    }
    if (value.source !== undefined && given.length > 0) {
      context.addIssue({
        code: 'custom',
        message: `source: is split by Temper, so ${given.join(', ')} cannot be given too`,
      });
    }
    if (value.split !== undefined && value.source === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['split'],
        message: 'split: goes with source:, these splits are given',
      });
    }
  })
  .transform((value) =>
    value.source === undefined ? value : { ...value, split: value.split ?? { test: 0.2, validation: 0, seed: 0 } },
  )
  .meta({
    description:
      'Rows of JSON Lines: one source to split, or splits of your own. Held in memory while the data stage runs: about 3 bytes of RAM for each byte of data.',
  });

/** A map of at most so many entries; `limit` says whose limit it is. */
function limited<V extends z.ZodType>(key: z.ZodString, value: V, max: number, limit: string) {
  return z.record(key, value).refine((map) => Object.keys(map).length <= max, {
    error: ({ input }) => `must be at most ${max} entries, received ${Object.keys(input as object).length}: ${limit}`,
  });
}

const MAX_HYPERPARAMETER = 2500;
const hyperparameter = z
  .union([z.string(), z.number(), z.boolean()])
  .refine((value) => JSON.stringify(value).length <= MAX_HYPERPARAMETER, {
    error: ({ input }) =>
      `must be at most ${MAX_HYPERPARAMETER} characters as JSON, received ${JSON.stringify(input).length}`,
  });

const metricRegex = z
  .string()
  .max(500)
  .superRefine((text, context) => {
    const problem = regexProblem(text);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });

const REGEX_FIX = 'write it as loss=([0-9.]+)';

/** Why a regular expression finds no value in a log. */
function regexProblem(text: string): string | undefined {
  try {
    new RegExp(text);
  } catch (error) {
    return `${lowerFirst((error as SyntaxError).message)}; ${REGEX_FIX}`;
  }
  // An alternative that always matches: the match has an entry for each group.
  const [, ...groups] = new RegExp(`${text}|`).exec('') ?? [];
  return groups.length > 0 ? undefined : `has no group for the value, received ${shown(text)}; ${REGEX_FIX}`;
}

const sagemakerTraining = z.strictObject({
  engine: z.literal('sagemaker'),
  script: relativePath
    .regex(/\.(py|sh)$/, 'name a .py or .sh file: script mode runs nothing else')
    .meta({ description: 'Training script, .py or .sh; its directory is packaged and sent along.' }),
  image: z
    .string()
    .min(1)
    .default('sklearn')
    .meta({ description: `${IMAGE_ALIASES.join(', ')}, or the ECR address of a container image.` }),
  base: z
    .string()
    .regex(
      /^(run:[a-z0-9](-?[a-z0-9])*|s3:\/\/[^/]+\/.+)$/,
      'write run:NAME for the newest model of that name, or s3://bucket/path/model.tar.gz',
    )
    .optional()
    .meta({
      description:
        'What to start from: run:NAME (its newest model) or an s3:// model.tar.gz; arrives as the `model` channel.',
    }),
  instance: instance.default('ml.m5.large').meta({ description: 'Machine of the training job.' }),
  instanceCount: z.int().min(1).max(20).default(1).meta({ description: 'How many of them.' }),
  volumeGb: z.int().min(1).max(16_384).default(30).meta({ description: 'Storage of each instance, in GB.' }),
  hyperparameters: limited(
    z
      .string()
      .max(256)
      .regex(/^(?!sagemaker_)/, "choose another name: those that begin with sagemaker_ are script mode's own"),
    hyperparameter,
    95,
    'SageMaker takes 100, and script mode adds 5',
  )
    .default({})
    .meta({ description: 'Arguments of the training script: `epochs: 15` becomes `--epochs 15`.' }),
  environment: limited(
    z
      .string()
      .max(512)
      .regex(/^[a-zA-Z_][a-zA-Z0-9_]*$/, 'use letters, digits and underscores, and begin with no digit'),
    z.string().max(512),
    100,
    'SageMaker takes no more',
  )
    .default({})
    .meta({ description: 'Environment variables of the training script.' }),
  metrics: limited(z.string().max(255), metricRegex, 40, 'SageMaker takes no more')
    .default({})
    .meta({ description: 'Name to regular expression; the first group of its last match in the log is the value.' }),
  maxRuntime: duration.default('1h').meta({ description: 'The job is stopped after this long.' }),
});

const serve = z
  .strictObject({
    script: relativePath
      .default('inference.py')
      .meta({ description: 'Serving script, in the directory of the training script.' }),
    image: z.string().min(1).optional().meta({ description: "Serving image, where it is not the training job's." }),
  })
  .prefault({})
  .meta({ description: 'What serves the model, in evaluation and at the endpoint.' });

const evaluate = z
  .strictObject({
    metrics: z
      .array(z.enum(METRICS))
      .min(1)
      .default(['accuracy', 'f1_macro'])
      .meta({ description: 'The scores to show.' }),
    instance: instance.default('ml.m5.large').meta({ description: 'Machine of the batch transform jobs.' }),
    maxRuntime: duration.default('1h').meta({ description: 'Each of them is stopped after this long.' }),
  })
  .meta({ description: 'Scores the model, and its base, on the test split; not done where left out.' });

const rule = z.string().superRefine((text, context) => {
  try {
    const { metric, relativeTo, offset } = parseRule(text);
    if (relativeTo || (offset >= 0 && offset <= 1)) return;
    const meant = offset > 1 && offset <= 100 ? `; did you mean ${formatShare(offset / 100)}?` : '';
    context.addIssue({ code: 'custom', message: `${text}: ${metric} lies between 0 and 1${meant}` });
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as RangeError).message });
  }
});

/** Two decimals at least, no rounding error: 0.70, 0.925. */
const formatShare = (share: number): string => {
  const text = String(Number(share.toFixed(6)));
  return text.length < 4 ? share.toFixed(2) : text;
};

const sagemakerEndpoint = z.strictObject({
  to: z.literal('sagemaker-endpoint'),
  endpoint: name.optional().meta({ description: 'Name of the endpoint; the model name where not given.' }),
  instance: instance
    .default('ml.m5.large')
    .meta({ description: 'Machine of the endpoint; it bills until it is deleted.' }),
  instanceCount: z.int().min(1).max(50).default(1).meta({ description: 'How many of them.' }),
});
const noDeployment = z.strictObject({ to: z.literal('none') });

export const specSchema = z
  .strictObject({
    name: name.meta({ description: 'One name per model; runs, jobs and endpoints are named after it.' }),
    data,
    train: z.discriminatedUnion('engine', [sagemakerTraining]).meta({ description: 'What trains the model.' }),
    serve,
    evaluate: evaluate.optional(),
    gate: z
      .array(rule)
      .default([])
      .meta({ description: 'Conditions that must all hold, such as accuracy >= base + 0.05.' }),
    deploy: z
      .discriminatedUnion('to', [sagemakerEndpoint, noDeployment])
      .default({ to: 'none' })
      .meta({ description: 'Where a model goes that passed the gate; nowhere where left out.' }),
    aws: z
      .strictObject({
        region: z.string().optional().meta({ description: 'AWS_REGION where not given.' }),
        bucket: z
          .string()
          .optional()
          .meta({ description: 'Bucket for data and models; TEMPER_BUCKET where not given.' }),
        role: z
          .string()
          .regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/.+$/, 'write the ARN of an IAM role')
          .optional()
          .meta({ description: 'Role that SageMaker assumes; TEMPER_ROLE_ARN where not given.' }),
      })
      .prefault({})
      .meta({ description: 'Where and as whom to run; the environment says it where left out.' }),
  })
  .superRefine((spec, context) => {
    if (spec.gate.length > 0 && !spec.evaluate) {
      context.addIssue({ code: 'custom', path: ['gate'], message: 'a gate needs scores: add evaluate:' });
    }
    for (const [index, text] of spec.gate.entries()) {
      if (/\bbase\b/.test(text) && !spec.train.base) {
        context.addIssue({
          code: 'custom',
          path: ['gate', index],
          message: `${text}: there is no base; set train.base`,
        });
      }
    }
    const held = spec.data.source === undefined ? spec.data.test : spec.data.split?.test;
    if (spec.evaluate && !held) {
      context.addIssue({
        code: 'custom',
        path: ['evaluate'],
        message: 'evaluation needs a test split: data.test or data.split.test',
      });
    }
  })
  .meta({ title: 'temper.yaml', description: 'One fine-tuning run, from data to endpoint.' });

/** A checked spec, with every default filled in. */
export type Spec = z.infer<typeof specSchema>;
/** A spec as people write it. */
export type SpecInput = z.input<typeof specSchema>;
