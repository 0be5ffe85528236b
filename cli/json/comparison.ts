/** What `temper compare` prints with `--json`. */
import { z } from 'zod';
import type { Comparison } from '../../spec/comparison.ts';
import { METRICS } from '../../spec/metrics.ts';
import { STAGES } from '../../spec/record.ts';
import { metric, metrics } from './evaluation.ts';
import { serving, tokens, usd, who } from './plan.ts';

const seconds = z.strictObject(
  Object.fromEntries(STAGES.map((stage) => [stage, z.number().exactOptional()])) as Record<
    (typeof STAGES)[number],
    z.ZodExactOptional<z.ZodNumber>
  >,
);

const stage = z.enum(['train', 'evaluate']);

const paid = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('machines'),
    stage,
    instance: z.string(),
    seconds: z.number().meta({ description: 'of one instance' }),
    known: z.enum(['exactly', 'at most']),
    usd: usd.exactOptional(),
  }),
  z.strictObject({
    by: z.literal('tokens'),
    stage,
    who,
    model: z.string(),
    tokens,
    known: z.enum(['exactly', 'by an estimate']),
    usd: usd.exactOptional(),
  }),
]);

const run = z
  .strictObject({
    run: z.string().meta({ description: 'workflow id' }),
    name: z.string(),
    id: z.string(),
    engine: z.enum(['sagemaker', 'bedrock']),
    base: z.string().exactOptional().meta({ description: 'as the spec names it' }),
    stage: z.enum(STAGES).meta({ description: 'under way, or the last that ran' }),
    outcome: z.enum(['passed', 'rejected', 'failed', 'cancelled']).exactOptional(),
    rows: z
      .strictObject({
        train: z.int().exactOptional(),
        validation: z.int().exactOptional(),
        test: z.int().exactOptional(),
      })
      .exactOptional(),
    scores: z
      .strictObject({
        base: z.strictObject(metrics).exactOptional(),
        candidate: z.strictObject(metrics).exactOptional(),
      })
      .exactOptional(),
    training: z.record(z.string(), metric).exactOptional().meta({ description: 'last metrics of the training job' }),
    gate: z
      .strictObject({ rules: z.int(), missed: z.array(z.string()) })
      .exactOptional()
      .meta({ description: 'how many there are, and why those did not hold that did not' }),
    seconds: seconds.meta({ description: 'of stages that are over' }),
    bill: z.strictObject({
      items: z.array(paid),
      usd: z.number().meta({ description: 'of what has a known price' }),
      unknown: z.array(z.string()).meta({ description: 'what has no known price or number' }),
    }),
    serves: z
      .strictObject({
        to: z.enum(['sagemaker-endpoint', 'bedrock-on-demand', 'bedrock-provisioned', 'bedrock-import']),
        name: z.string(),
        bills: serving.exactOptional(),
      })
      .exactOptional(),
  })
  .meta({ id: 'ComparedRun' });

export const comparison: z.ZodType<Comparison> = z.strictObject({
  test: z
    .enum(['same', 'different', 'unknown'])
    .meta({ description: 'whether both were tested on the same rows: scores compare where they were' }),
  metrics: z
    .array(z.enum(METRICS).meta({ id: 'ScoreName' }))
    .meta({ description: 'the scores that the specs ask for' }),
  runs: z.tuple([run, run]),
});
