/** `train:` of `temper.yaml` with `engine: bedrock`: a customization job. */
import { z } from 'zod';
import { knownModel } from '../bedrock/base.ts';
import {
  CUSTOMIZATION_NAMES,
  type Customization,
  LIMIT_NAMES,
  LIMITS,
  type LimitName,
  PROMPT_TEXT,
} from '../bedrock/customization.ts';
import { findModel, hyperparameterProblems, MODELS_AS_OF, suggestModel, waysOf } from '../bedrock/models.ts';
import { duration, durationUpTo, limited, s3Prefix } from './values.ts';

const modelId = z
  .string()
  .regex(/^[a-zA-Z0-9.:/_-]+$/, 'write the id of a model, such as amazon.nova-lite-v1:0; temper models lists them');
const arn = (service: string, example: string) =>
  z.string().regex(new RegExp(`^arn:aws[a-z-]*:${service}:`), `write an ARN such as ${example}`);

const distillation = z
  .strictObject({
    teacher: modelId.meta({ description: 'Model whose answers are learnt.' }),
    maxResponseTokens: z.int().min(1).max(8192).default(1000).meta({ description: 'Longest answer of the teacher.' }),
  })
  .optional()
  .meta({ description: 'Of a distillation: who teaches.' });

const reinforcement = z
  .strictObject({
    grader: arn('lambda', 'arn:aws:lambda:us-east-1:111122223333:function:grade').meta({
      description: 'Lambda function that grades the answers, between 0 and 1.',
    }),
  })
  .optional()
  .meta({ description: 'Of reinforcement fine-tuning: who grades.' });

const vpc = z
  .strictObject({
    subnets: z
      .array(z.string().regex(/^subnet-[a-f0-9]+$/, 'write the id of a subnet'))
      .min(1)
      .max(16),
    securityGroups: z
      .array(z.string().regex(/^sg-[a-f0-9]+$/, 'write the id of a security group'))
      .min(1)
      .max(5),
  })
  .optional()
  .meta({ description: 'Network that the job reads and writes its data through.' });

const limitFields = Object.fromEntries(
  LIMIT_NAMES.map((name) => [name, z.int().min(1).optional().meta({ description: LIMITS[name] })]),
) as Record<LimitName, z.ZodOptional<z.ZodInt>>;

export const bedrockTraining = z
  .strictObject({
    engine: z.literal('bedrock'),
    base: modelId.meta({ description: 'Model to customize, such as amazon.nova-lite-v1:0; see temper models.' }),
    like: modelId.optional().meta({
      description:
        'Where the base is newer than this version of temper: a known model whose formats, limits and hyperparameters are taken for its own.',
    }),
    customization: z.enum(CUSTOMIZATION_NAMES).default('fine-tuning').meta({ description: 'How it is customized.' }),
    prompt: z
      .string()
      .refine((text) => text.includes(PROMPT_TEXT), `say with ${PROMPT_TEXT} where the text of a row stands`)
      .default(PROMPT_TEXT)
      .meta({
        description: `How a row with a label is asked, in training and evaluation; ${PROMPT_TEXT} stands for its text.`,
      }),
    hyperparameters: limited(z.string().min(1), z.union([z.string(), z.number()]), 20, 'no model has more')
      .default({})
      .meta({ description: 'Such as `epochCount: 2`; those of the base model, see temper models.' }),
    distillation,
    reinforcement,
    invocationLogs: s3Prefix.optional().meta({
      description:
        'Prompts from the invocation logs in S3 instead of data, for distillation and reinforcement fine-tuning.',
    }),
    vpc,
    kmsKey: arn('kms', 'arn:aws:kms:us-east-1:111122223333:key/...')
      .optional()
      .meta({ description: 'Key that the custom model is encrypted with.' }),
    tags: limited(
      z
        .string()
        .min(1)
        .max(128)
        .regex(/^(?!aws:|temper:)/, 'choose another name: aws: and temper: are taken'),
      z.string().max(256),
      40,
      'Bedrock takes 50 on a model, of which temper sets some',
    )
      .default({})
      .meta({ description: 'Tags of the job and of the custom model.' }),
    limits: z
      .strictObject(limitFields)
      .prefault({})
      .meta({ description: 'Limits of the base model that are others for you, such as `trainRecords: 30000`.' }),
    keep: z.int().min(1).max(1000).default(5).meta({
      description:
        'Custom models of this name that are kept; older ones that serve nothing are deleted, but never the version before.',
    }),
    maxRuntime: duration.default('1d').meta({ description: 'The job is stopped after this long.' }),
    maxWait: durationUpTo('7d', 'as much as the history of a run holds')
      .default('1d')
      .meta({ description: 'How long to go on trying where no job may be started, for want of quota.' }),
  })
  .superRefine((train, context) => {
    const issue = (path: string, message: string): void => {
      context.addIssue({ code: 'custom', path: [path], message });
    };
    const { customization } = train;
    const parts = { distillation: 'distillation', reinforcement: 'reinforcement-fine-tuning' } as const;
    for (const [part, whose] of Object.entries(parts) as [keyof typeof parts, Customization][]) {
      if (train[part] !== undefined && customization !== whose) issue(part, `goes with customization: ${whose}`);
      if (train[part] === undefined && customization === whose) issue(part, `customization: ${whose} needs it`);
    }
    const model = knownModel(train);
    if (train.like !== undefined && findModel(train.base) !== undefined) {
      issue('like', `${train.base} is known by itself: leave it out`);
    }
    if (model === undefined) {
      const field = train.like === undefined ? 'base' : 'like';
      const unknown = train.like ?? train.base;
      const meant = suggestModel(unknown);
      const fix = meant ? `did you mean ${meant}?` : 'see temper models;';
      const newer = 'where it is a newer one, name a model that it is like in train.like';
      issue(
        field,
        `${unknown} is not among the models known as of ${MODELS_AS_OF}; ${fix} ${field === 'base' ? newer : 'name one of them'}`,
      );
    } else if (model.customizations[customization] === undefined) {
      issue('customization', `${model.id} does not take ${customization}; ${waysOf(model)}`);
    } else {
      for (const { name, message } of hyperparameterProblems(model, customization, train.hyperparameters)) {
        context.addIssue({ code: 'custom', path: ['hyperparameters', ...(name === undefined ? [] : [name])], message });
      }
    }
    const byLogs = customization === 'distillation' || customization === 'reinforcement-fine-tuning';
    if (train.invocationLogs !== undefined && !byLogs) {
      issue('invocationLogs', 'goes with customization: distillation or reinforcement-fine-tuning');
    }
  });
