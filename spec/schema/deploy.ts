/** `deploy:` of `temper.yaml`: where a model goes that passed, one schema for each place. */
import { z } from 'zod';
import { duration, instance, name, s3Prefix } from './values.ts';

const capture = z
  .strictObject({
    share: z
      .number()
      .min(0.01)
      .max(1)
      .refine((share) => Number.isInteger(Number((share * 100).toFixed(6))), {
        error: 'must be in whole percents, by which SageMaker samples, such as 0.2',
      })
      .meta({ description: 'Share of the requests that is kept, such as 0.2; 1 keeps each.' }),
    to: s3Prefix
      .max(512)
      .optional()
      .meta({ description: "Where in S3; below `temper/NAME/capture/` of the run's bucket where not given." }),
    kmsKey: z
      .string()
      .max(2048)
      .regex(/^[a-zA-Z0-9:/_-]+$/, 'write the id, the alias or the ARN of a KMS key')
      .optional()
      .meta({ description: 'Key that it is encrypted with at rest.' }),
  })
  .meta({ description: 'Keeps what the endpoint is asked and answers, in S3, for drift to be measured.' });

const sagemakerEndpoint = z.strictObject({
  to: z.literal('sagemaker-endpoint'),
  endpoint: name.optional().meta({ description: 'Name of the endpoint; the model name where not given.' }),
  instance: instance
    .default('ml.m5.large')
    .meta({ description: 'Machine of the endpoint; it bills until it is deleted.' }),
  instanceCount: z.int().min(1).max(50).default(1).meta({ description: 'How many of them.' }),
  capture: capture.optional(),
});

const bedrockOnDemand = z.strictObject({
  to: z.literal('bedrock-on-demand'),
  name: name.optional().meta({ description: 'Name of the custom model deployment; the model name where not given.' }),
});

const COMMITMENTS = ['none', 'one-month', 'six-months'] as const;

const bedrockProvisioned = z
  .strictObject({
    to: z.literal('bedrock-provisioned'),
    name: name.optional().meta({ description: 'Name of the provisioned throughput; the model name where not given.' }),
    modelUnits: z
      .int()
      .min(1)
      .max(100)
      .meta({ description: 'How many model units; each bills by the hour until the throughput is deleted.' }),
    commitment: z
      .enum(COMMITMENTS)
      .default('none')
      .meta({ description: 'For how long it cannot be deleted, at a lower price.' }),
    ttl: duration.optional().meta({
      description: 'Deleted this long after it was created or last moved to a new model, whatever became of the run.',
    }),
  })
  .superRefine(({ commitment, ttl }, context) => {
    if (commitment === 'none' && ttl === undefined) {
      const message = 'say how long it may bill, such as ttl: 8h; it is deleted then';
      context.addIssue({ code: 'custom', path: ['ttl'], message });
    }
    if (commitment !== 'none' && ttl !== undefined) {
      const message = `cannot be kept: with commitment: ${commitment} AWS lets nobody delete it before its end`;
      context.addIssue({ code: 'custom', path: ['ttl'], message });
    }
  });

const bedrockImport = z.strictObject({
  to: z.literal('bedrock-import'),
  name: name.optional().meta({ description: 'Name of the imported model; the model name where not given.' }),
});

const noDeployment = z.strictObject({ to: z.literal('none') });

export const deploy = z
  .discriminatedUnion('to', [sagemakerEndpoint, bedrockOnDemand, bedrockProvisioned, bedrockImport, noDeployment])
  .default({ to: 'none' })
  .meta({ description: 'Where a model goes that passed the gate; nowhere where left out.' });
