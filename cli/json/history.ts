/** What `temper history` prints with `--json`. */
import { z } from 'zod';
import type { CONTENDERS } from '../../spec/naming.ts';
import type { History } from '../versions/history.ts';
import { approval, decision, gate, startedBy } from './decisions.ts';
import { scores } from './evaluation.ts';
import { time } from './values.ts';

export const history: z.ZodType<History> = z.strictObject({
  name: z.string(),
  total: z.int().meta({ description: 'versions; not all of them need be told' }),
  versions: z
    .array(
      z.strictObject({
        version: z.int().meta({ description: 'from 1, in the order of hand-over' }),
        run: z.string().meta({ description: 'workflow id of the run that handed it over' }),
        startedBy: startedBy.exactOptional(),
        decision: decision.exactOptional(),
        engine: z.enum(['sagemaker', 'bedrock']),
        model: z.string().meta({ description: 'artifact in S3, or ARN of the custom model' }),
        data: z.string().exactOptional().meta({ description: 'hash of the data set' }),
        scores: z.strictObject({
          base: scores.exactOptional(),
          champion: scores.exactOptional(),
          candidate: scores.exactOptional(),
        } satisfies Record<(typeof CONTENDERS)[number], z.ZodType>),
        gate,
        approval: approval.exactOptional(),
        handedOverAt: time,
        serves: z
          .strictObject({
            to: z.enum(['sagemaker-endpoint', 'bedrock-on-demand', 'bedrock-provisioned', 'bedrock-import']),
            name: z.string(),
          })
          .exactOptional()
          .meta({ description: 'what it was put on; absent where it is served nowhere' }),
        until: time.exactOptional().meta({ description: 'when a later version took its place there' }),
        now: z
          .discriminatedUnion('state', [
            z.strictObject({ state: z.enum(['serves', 'gone']) }),
            z.strictObject({
              state: z.literal('other'),
              model: z.string().meta({ description: 'config of the endpoint, or ARN of the model' }),
              run: z.string().exactOptional().meta({ description: 'that made it' }),
            }),
          ])
          .exactOptional()
          .meta({ description: 'what AWS says of that place; absent where it was not to be found out' }),
      }),
    )
    .meta({ description: 'the newest first' }),
});
