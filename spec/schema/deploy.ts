/** `deploy:` of `temper.yaml`: where a model goes that passed, one schema for each place. */
import { z } from 'zod';
import { instance, name } from './values.ts';

const sagemakerEndpoint = z.strictObject({
  to: z.literal('sagemaker-endpoint'),
  endpoint: name.optional().meta({ description: 'Name of the endpoint; the model name where not given.' }),
  instance: instance
    .default('ml.m5.large')
    .meta({ description: 'Machine of the endpoint; it bills until it is deleted.' }),
  instanceCount: z.int().min(1).max(50).default(1).meta({ description: 'How many of them.' }),
});
const noDeployment = z.strictObject({ to: z.literal('none') });

export const deploy = z
  .discriminatedUnion('to', [sagemakerEndpoint, noDeployment])
  .default({ to: 'none' })
  .meta({ description: 'Where a model goes that passed the gate; nowhere where left out.' });
