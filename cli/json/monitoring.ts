/** What `temper drift` prints with `--json`. */
import { z } from 'zod';
import type { LiveEvidence } from '../../spec/monitoring/evidence.ts';
import type { DriftReport } from '../monitoring/drift.ts';
import { metrics } from './evaluation.ts';

const share = z.number().meta({ description: 'from 0 to 1' });

const found = {
  due: z.boolean().meta({ description: 'whether it is a reason to train again' }),
  reason: z.string(),
  champion: z
    .strictObject({
      version: z.int(),
      run: z.string().meta({ description: 'workflow id of the run that handed it over' }),
      serves: z.string().meta({ description: 'name of the endpoint, or of what serves it on Bedrock' }),
    })
    .exactOptional(),
  traffic: z
    .strictObject({
      from: z.string().meta({ description: 'ISO 8601: what was asked before does not count' }),
      to: z.string().meta({ description: 'ISO 8601: when it was looked' }),
      begins: z.enum(['length', 'handOver', 'judged']).meta({
        description:
          'what it begins with: the length of the window, or what is later: the hand-over, or the last run that was judged',
      }),
      files: z.int().meta({ description: 'objects that were read' }),
      bytes: z.int().meta({ description: 'theirs, as they are stored' }),
      requests: z.int(),
      own: z.int().meta({ description: 'what runs have asked, which is left out' }),
      broken: z.int().meta({ description: 'lines that could not be read' }),
      firstBroken: z.strictObject({ uri: z.string(), line: z.int(), why: z.string() }).exactOptional(),
    })
    .exactOptional()
    .meta({ description: 'absent where none is kept' }),
};

const live: z.ZodType<LiveEvidence> = z.strictObject({
  ...found,
  metrics: z.strictObject(metrics).exactOptional(),
  bounds: z
    .strictObject({ lower: z.number(), upper: z.number() })
    .exactOptional()
    .meta({ description: "of the rule's metric, each by itself with the confidence that it asks for" }),
  joined: z.int().meta({ description: 'captured answers that a label was found for' }),
  labels: z.int().meta({ description: 'labels that an answer was found for: one may tell of several' }),
  unlabelled: z.int().meta({ description: 'captured answers without a label' }),
  unmatched: z.int().meta({ description: 'labels without a captured answer' }),
  unread: z.int().meta({ description: 'rows of the labels that could not be read' }),
  firstUnread: z.string().exactOptional(),
});

export const driftReport: z.ZodType<DriftReport> = z.strictObject({
  name: z.string(),
  limits: z
    .strictObject({
      of: z.array(z.string()),
      psi: z.number(),
      newCategories: share,
      minRows: z.int(),
      window: z.string().meta({ description: 'how far back it was looked: 7d' }),
    })
    .meta({ description: 'what it was held against' }),
  ...found,
  measure: z
    .strictObject({
      rows: z.int().meta({ description: 'questions of the traffic' }),
      referenceRows: z.int(),
      features: z.array(
        z.strictObject({
          feature: z.string(),
          drifted: z.boolean(),
          psi: z.number().meta({ description: 'population stability index of the values that the training data has' }),
          significant: z.boolean().meta({ description: 'whether chance alone would bring it less than once in 1,000' }),
          less: z.literal(true).exactOptional().meta({ description: 'the traffic has fewer unknown words: no drift' }),
          gone: z.literal(true).exactOptional().meta({ description: 'no row of the traffic has it' }),
          newCategories: z.strictObject({ share, names: z.array(z.string()) }).exactOptional(),
          moved: z
            .array(z.strictObject({ bin: z.string(), reference: share, traffic: share }))
            .meta({ description: 'bins that add most to the index' }),
        }),
      ),
      lacking: z
        .array(z.strictObject({ feature: z.string(), reason: z.string() }))
        .meta({ description: 'features that the training data does not tell' }),
      newFields: z.array(z.string()).meta({ description: 'fields that the training data does not have' }),
    })
    .exactOptional(),
  live: live.exactOptional().meta({ description: 'where the spec has retrain.when.liveMetric' }),
});
