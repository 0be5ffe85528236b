/** Why a run was started, what its gate said, and what a person decided. */
import { z } from 'zod';
import { VERDICTS } from '../../spec/approval.ts';
import { STARTS } from '../../spec/record.ts';
import { OBSTACLES, type RetrainDecision, TRIGGERS } from '../../spec/retrain.ts';
import { time } from './values.ts';

export const startedBy = z
  .strictObject({
    how: z.enum(STARTS),
    by: z.string().exactOptional().meta({ description: 'as they are known where they started it' }),
    comment: z.string().exactOptional(),
  })
  .meta({ id: 'StartedBy' });

const asked = z.strictObject({ by: z.string(), comment: z.string().exactOptional() });

export const decision: z.ZodType<RetrainDecision> = z
  .strictObject({
    firing: z.string().meta({ description: 'workflow id of the firing' }),
    at: time,
    decided: z.enum(['train', 'skip']),
    reason: z.string(),
    findings: z.array(
      z.strictObject({
        trigger: z.enum(TRIGGERS),
        due: z.boolean().meta({ description: 'whether it is a reason to train' }),
        reason: z.string(),
        evidence: z.record(z.string(), z.unknown()).exactOptional(),
      }),
    ),
    asked: asked.exactOptional().meta({ description: 'who triggered the firing' }),
    obstacle: z.enum(OBSTACLES).exactOptional().meta({ description: 'why a firing that had reason to train does not' }),
  })
  .meta({ id: 'RetrainDecision' });

const interval = z.strictObject({
  difference: z.number().meta({ description: "the candidate's value less the champion's" }),
  lower: z.number().meta({ description: 'the difference is at least this, with the confidence' }),
  upper: z.number().meta({ description: 'and at most this, by itself' }),
  confidence: z.number(),
  differing: z.int().meta({ description: 'rows that count another way for the one than for the other' }),
});

export const gate = z.array(
  z.strictObject({
    rule: z.string(),
    slice: z
      .strictObject({ field: z.string(), value: z.string() })
      .exactOptional()
      .meta({ description: 'whose rows it is held by' }),
    passed: z.boolean(),
    value: z.number(),
    threshold: z.number().exactOptional().meta({ description: 'absent where there is no champion' }),
    interval: interval.exactOptional().meta({ description: 'of a rule relative to the champion' }),
    rows: z.int().exactOptional(),
    reason: z.string(),
  }),
);

export const verdict = z.enum(VERDICTS);
export const reminders = z.strictObject({ sent: z.int(), of: z.int() });
const evidence = z.string().meta({ description: 'stands for data, model, scores and verdicts of the gate' });

/** What holds: a person's decision, or the deadline's. */
export const decided = {
  verdict,
  by: z.string().exactOptional().meta({ description: 'absent where the deadline decided' }),
  at: time,
  comment: z.string().exactOptional(),
  evidence,
  how: z.enum(['cli', 'ui', 'deadline']),
};

export const approval = z
  .strictObject({
    reason: z.string().meta({ description: 'why somebody is asked' }),
    evidence,
    since: time,
    until: time,
    otherwise: verdict.meta({ description: 'what holds when nobody has decided by then' }),
    approvers: z.array(z.string()).exactOptional().meta({ description: 'who may decide; absent where anybody may' }),
    reminders,
    givenBack: z
      .string()
      .exactOptional()
      .meta({ description: 'provisioned throughput that would have billed meanwhile' }),
    decision: z.strictObject(decided).exactOptional(),
  })
  .meta({ id: 'Approval' });
