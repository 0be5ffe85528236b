import { z } from 'zod';
import type { Plan } from '../../spec/plan.ts';

const usd = z.number().meta({ description: 'USD; absent where a price is not known' });

const cost = z
  .strictObject({
    jobs: z.array(
      z.strictObject({
        stage: z.enum(['train', 'evaluate']),
        instance: z.string().meta({ description: 'the dearest of those to choose from' }),
        jobs: z.int(),
        instances: z.int().meta({ description: 'of each job' }),
        maxSeconds: z.number().meta({ description: 'of each job' }),
        usd: usd.exactOptional(),
      }),
    ),
    usd: usd.exactOptional(),
    endpoint: z
      .strictObject({ instance: z.string(), instances: z.int(), usdPerHour: usd.exactOptional() })
      .exactOptional(),
    unknown: z.array(z.strictObject({ use: z.enum(['training', 'transform', 'hosting']), instance: z.string() })),
  })
  .meta({ id: 'Cost' });

export const plan: z.ZodType<Plan> = z
  .strictObject({
    ok: z.boolean().meta({ description: 'whether nothing would stop the run' }),
    name: z.string(),
    account: z.strictObject({
      region: z.string().exactOptional(),
      bucket: z.string().exactOptional(),
      roleArn: z.string().exactOptional(),
    }),
    billed: z.boolean().meta({ description: 'false in the laptop region: the cost is what AWS would bill' }),
    steps: z.array(
      z.strictObject({
        what: z.enum(['data', 'code', 'base', 'training job', 'transform job', 'endpoint']),
        action: z.enum(['upload', 'reuse', 'use', 'create', 'update', 'unknown']),
        name: z.string().exactOptional().meta({ description: 's3:// address, or name of the endpoint' }),
        run: z.string().exactOptional().meta({ description: 'whose model is used or replaced' }),
        bytes: z.int().exactOptional(),
        files: z.int().exactOptional(),
        splits: z
          .strictObject({
            train: z.int().exactOptional(),
            validation: z.int().exactOptional(),
            test: z.int().exactOptional(),
          })
          .exactOptional()
          .meta({ description: 'rows' }),
        instance: z.string().exactOptional(),
        count: z.int().exactOptional().meta({ description: 'jobs' }),
        instances: z.int().exactOptional().meta({ description: 'of each' }),
        maxSeconds: z.number().exactOptional(),
        usd: usd.exactOptional().meta({ description: 'at most; of an endpoint in each hour' }),
      }),
    ),
    maxSeconds: z.number().meta({ description: 'of all jobs' }),
    maxWaitSeconds: z.number().meta({ description: 'for machines, on top' }),
    cost,
    budget: z.string().exactOptional(),
    pricesAsOf: z.string().exactOptional(),
    problems: z.array(
      z.strictObject({
        code: z.enum([
          'AccountIncomplete',
          'NotFound',
          'InvalidData',
          'BaseNotFound',
          'Conflict',
          'EndpointFailed',
          'BudgetExceeded',
          'PriceUnknown',
        ]),
        message: z.string(),
        fix: z.string(),
      }),
    ),
    unknown: z.array(z.strictObject({ what: z.string(), why: z.string() })),
  })
  .meta({ id: 'Plan' });
