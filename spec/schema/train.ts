/** `train:` of `temper.yaml`: what trains the model, one schema for each engine. */
import { z } from 'zod';
import { IMAGE_ALIASES } from '../images.ts';
import { lowerFirst, shown } from '../shown.ts';
import { bedrockTraining } from './customization.ts';
import { duration, durationUpTo, instances, limited, relativePath } from './values.ts';

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
  instance: instances
    .prefault('ml.m5.large')
    .meta({ description: 'Machine of the training job; or a list, tried in order where one cannot be had.' }),
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
  maxWait: durationUpTo('7d', 'as much as the history of a run holds').default('1d').meta({
    description:
      'How long to go on trying where no machine can be had, for want of capacity or quota; as long again for the evaluation, and for the endpoint.',
  }),
});

export const train = z
  .discriminatedUnion('engine', [sagemakerTraining, bedrockTraining])
  .meta({ description: 'What trains the model.' });
