/** What `models.json` holds: the base models of Bedrock that can be customized, as far as it is known, with sources. */
import { z } from 'zod';
import { CUSTOMIZATION_NAMES, LIMIT_NAMES, TRAINING_FORMATS } from './customization.ts';

const count = z.int().min(1);
const limits = z.partialRecord(z.enum(LIMIT_NAMES), count);
const sources = z.array(z.string()).min(1);

const hyperparameter = z.strictObject({
  type: z.enum(['integer', 'number', 'text']),
  min: z.number().exactOptional(),
  max: z.number().exactOptional(),
  default: z.number().exactOptional(),
  /** Words that it can be; beside numbers, where it is one. */
  values: z.array(z.string()).exactOptional(),
  required: z.literal(true).exactOptional(),
});

const customization = z.strictObject({
  format: z.enum(TRAINING_FORMATS),
  limits,
  /** Tokens of a record where batches are larger: more memory goes to the batch. */
  largerBatches: z.strictObject({ above: count, tokens: count }).exactOptional(),
  /** One question and one answer a record. */
  singleTurn: z.literal(true).exactOptional(),
  /** Absent where nothing is known of them. */
  hyperparameters: z.record(z.string(), hyperparameter).exactOptional(),
  /** Of distillation: models whose answers it can learn from. */
  teachers: z.array(z.string()).exactOptional(),
  notes: z.array(z.string()).exactOptional(),
  sources,
});

const family = z.strictObject({
  provider: z.string(),
  /** For estimates. */
  charactersPerToken: z.number().min(1),
  reserved: z
    .strictObject({
      /** Strings that fail a job where they stand in a question or a system prompt. */
      inPrompts: z.array(z.string()),
      /** The same in an answer. */
      inAnswers: z.array(z.string()).exactOptional(),
      /** Strings in lower case that AWS's validators refuse in any case and place, and its documentation does not name. */
      doubtful: z.array(z.string()).exactOptional(),
      sources,
    })
    .exactOptional(),
  customizations: z.partialRecord(z.enum(CUSTOMIZATION_NAMES), customization),
});

const model = z.strictObject({
  /** By which it is invoked. */
  id: z.string(),
  name: z.string(),
  family: z.string(),
  /** Its id in a customization job, where it is another one: with the length of its context. */
  customizedAs: z.string().exactOptional(),
  /** Where it can be customized. */
  regions: z.array(z.string()).min(1),
  input: z.array(z.enum(['text', 'image', 'video'])).min(1),
  /** How the base answers without provisioned throughput: by its id, or by an inference profile of several regions. */
  invocation: z.array(z.enum(['on-demand', 'profile'])).min(1),
  /** Where a custom model of it can be deployed on demand. Provisioned throughput serves all of them. */
  onDemandDeployment: z
    .strictObject({ regions: z.array(z.string()).min(1), customizedSince: z.iso.date() })
    .exactOptional(),
  /** No longer in AWS's list of models that can be customized. */
  delisted: z.literal(true).exactOptional(),
  /** What stands here goes before what its family has; limits one by one. */
  customizations: z.partialRecord(z.enum(CUSTOMIZATION_NAMES), customization.partial()),
});

export const modelFileSchema = z.strictObject({
  asOf: z.iso.date(),
  sources: z.record(z.string(), z.string()),
  families: z.record(z.string(), family),
  models: z.array(model),
});

export type ModelFile = z.infer<typeof modelFileSchema>;
export type Hyperparameter = z.infer<typeof hyperparameter>;
