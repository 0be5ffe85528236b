/** Models, and what serves them. */
import { z } from 'zod';
import { metric } from './evaluation.ts';
import { s3, time } from './values.ts';

const job = { jobName: z.string(), jobArn: z.string(), trainingSeconds: z.number() };

export const model = z
  .discriminatedUnion('engine', [
    z.strictObject({
      engine: z.literal('sagemaker'),
      artifact: s3,
      ...job,
      instance: z.string().meta({ description: 'the type that it ran on' }),
      metrics: z.record(z.string(), metric),
      billedSeconds: z.number().meta({ description: 'times instances' }),
    }),
    z.strictObject({
      engine: z.literal('bedrock'),
      customModel: z.string().meta({ description: 'ARN' }),
      modelName: z.string(),
      base: z.string().meta({ description: 'id of the model that was customized' }),
      ...job,
      metrics: z.record(z.string(), metric).meta({ description: 'the last that the job wrote' }),
      output: s3.meta({ description: "of the job: each step's metrics among others" }),
    }),
  ])
  .meta({ id: 'TrainedModel' });

const proven = {
  created: z.boolean().meta({ description: 'or given another model' }),
  smokeTest: z.strictObject({ input: z.string(), output: z.string(), milliseconds: z.number() }),
};
const byArn = { name: z.string(), arn: z.string().meta({ description: 'what callers give as the model id' }) };

export const deployment = z
  .discriminatedUnion('to', [
    z.strictObject({
      to: z.literal('sagemaker-endpoint'),
      endpoint: z.string(),
      endpointConfig: z.string(),
      ...proven,
    }),
    z.strictObject({ to: z.literal('bedrock-on-demand'), ...byArn, ...proven }),
    z.strictObject({
      to: z.literal('bedrock-provisioned'),
      ...byArn,
      modelUnits: z.int(),
      expiresAt: time.exactOptional().meta({ description: 'when it is deleted' }),
      ...proven,
    }),
    z.strictObject({ to: z.literal('bedrock-import'), ...byArn, ...proven }),
  ])
  .meta({ id: 'Deployment' });

export const artifact = z.strictObject({
  engine: z.literal('sagemaker'),
  artifact: s3,
  serving: z.strictObject({ image: z.string(), environment: z.record(z.string(), z.string()) }),
  run: z.string().exactOptional().meta({ description: 'that made it' }),
});

export const customModel = z.strictObject({
  engine: z.literal('bedrock'),
  customModel: z.string().meta({ description: 'ARN' }),
  base: z.string(),
  run: z.string().exactOptional().meta({ description: 'that made it' }),
});
