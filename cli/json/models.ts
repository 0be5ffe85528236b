import { z } from 'zod';
import { CUSTOMIZATION_NAMES, LIMIT_NAMES, TRAINING_FORMATS } from '../../spec/bedrock/customization.ts';
import type { ModelsReport } from '../models/report.ts';

const text = z.string();

const hyperparameter = z
  .strictObject({
    type: z.enum(['integer', 'number', 'text']),
    min: z.number().exactOptional(),
    max: z.number().exactOptional(),
    default: z.number().exactOptional(),
    values: z.array(text).exactOptional().meta({ description: 'words that it can be' }),
    required: z.literal(true).exactOptional(),
  })
  .meta({ id: 'Hyperparameter' });

const way = z
  .strictObject({
    customization: z.enum(CUSTOMIZATION_NAMES),
    confirmed: z
      .boolean()
      .exactOptional()
      .meta({ description: 'whether Bedrock lists it, which it does not do with reinforcement fine-tuning' }),
    format: z.enum(TRAINING_FORMATS).exactOptional().meta({ description: 'absent, as what follows, where not known' }),
    limits: z.partialRecord(z.enum(LIMIT_NAMES), z.int()).exactOptional(),
    largerBatches: z.strictObject({ above: z.int(), tokens: z.int() }).exactOptional(),
    singleTurn: z.literal(true).exactOptional(),
    hyperparameters: z.record(text, hyperparameter).exactOptional(),
    teachers: z.array(text).exactOptional(),
    notes: z.array(text).exactOptional(),
    sources: z.array(text).exactOptional(),
  })
  .meta({ id: 'Way' });

const model = z
  .strictObject({
    id: text,
    name: text,
    provider: text,
    customizedAs: text.meta({ description: 'its id in a customization job' }),
    input: z.array(text),
    answers: z.array(text).meta({ description: 'how the base does' }),
    legacy: z.boolean(),
    customizations: z.array(way),
    served: z
      .array(z.enum(['bedrock-on-demand', 'bedrock-provisioned']))
      .meta({ description: 'how a custom model can be' }),
    regions: z.strictObject({ customized: z.array(text), onDemand: z.array(text) }).exactOptional(),
  })
  .meta({ id: 'Model' });

export const modelsReport: z.ZodType<ModelsReport> = z.strictObject({
  source: z
    .enum(['bedrock', 'file'])
    .meta({ description: "Bedrock's list, or temper's own where it could not be asked" }),
  region: text.exactOptional(),
  problem: text.exactOptional().meta({ description: 'why it could not' }),
  asOf: text.meta({ description: 'the day as of which formats, limits, hyperparameters and serving are known' }),
  models: z.array(model),
});
