/** What contenders scored, and what their scores were drawn from. */
import { z } from 'zod';
import { METRICS, type Metric } from '../../spec/metrics.ts';
import { s3 } from './values.ts';

export const metric = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);

/** Those that fit the examples' kind. */
export const metrics = Object.fromEntries(METRICS.map((name) => [name, z.number().exactOptional()])) as Record<
  Metric,
  z.ZodExactOptional<z.ZodNumber>
>;

const spread = z.strictObject({ mean: z.number(), deviation: z.number().meta({ description: 'of the rows' }) });

const judged = z.strictObject({
  model: z.string().meta({ description: 'that judged' }),
  rows: z.int(),
  unread: z.int().meta({ description: 'verdicts that could not be read' }),
  score: spread.exactOptional(),
  pairs: z
    .strictObject({
      wins: z.int(),
      ties: z.int(),
      losses: z.int(),
      winRate: spread,
      disagreement: z.number().meta({ description: 'share of rows where the order decided' }),
    })
    .exactOptional(),
  inputTokens: z.int(),
  outputTokens: z.int(),
  verdicts: s3.meta({ description: 'JSON Lines, with reasons' }),
});

export const scores = z.strictObject({ rows: z.int(), metrics: z.strictObject(metrics) });

export const evaluation = z
  .strictObject({
    scores,
    predictions: s3.meta({ description: 'JSON Lines, a row each' }),
    answering: z
      .strictObject({
        modelId: z.string().meta({ description: 'that was asked' }),
        inputTokens: z.int(),
        outputTokens: z.int(),
        cut: z.int().meta({ description: 'answers that ended at evaluate.maxTokens' }),
        unlabelled: z.int().exactOptional().meta({ description: 'answers that are none of the labels' }),
        unanswered: z
          .strictObject({ rows: z.int(), reason: z.string() })
          .exactOptional()
          .meta({ description: 'rows without an answer count as wrong' }),
      })
      .exactOptional()
      .meta({ description: 'of language models' }),
    job: z
      .strictObject({ jobArn: z.string(), rows: z.int().meta({ description: 'that it evaluated' }) })
      .exactOptional()
      .meta({ description: 'of Bedrock' }),
    judged: judged.exactOptional().meta({ description: 'what a judge thinks of the answers' }),
  })
  .meta({ id: 'Evaluation' });
