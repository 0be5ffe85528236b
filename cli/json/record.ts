/** The record of a run. */
import { z } from 'zod';
import type { ChampionSpec } from '../../spec/champion.ts';
import type { CONTENDERS } from '../../spec/naming.ts';
import type { Account, RunRecord, SPLITS } from '../../spec/record.ts';
import { NOTICE_EVENTS } from '../../spec/schema/notify.ts';
import type { Spec } from '../../spec/spec.ts';
import { approval, decision, gate, reminders, startedBy, verdict } from './decisions.ts';
import { evaluation } from './evaluation.ts';
import { artifact, customModel, deployment, model } from './model.ts';
import { s3, stage, time } from './values.ts';

/** Checked when it was read, and documented on a page of its own. */
export const spec = z
  .custom<Spec>((value) => typeof value === 'object')
  .meta({ description: 'the spec, with every default filled in' });

export const account: z.ZodType<Account> = z.strictObject({
  region: z.string(),
  bucket: z.string(),
  roleArn: z.string(),
});

const split = z.strictObject({
  uri: s3,
  rows: z.int(),
  sha256: z.string().exactOptional().meta({ description: 'of its file' }),
  tokens: z
    .strictObject({ question: z.int(), answer: z.int() })
    .exactOptional()
    .meta({ description: 'estimated; of what Bedrock may be asked' }),
});

export const dataSet = z
  .strictObject({
    sha256: z.string().meta({ description: 'of the splits: the same data has the same' }),
    kind: z.enum(['classification', 'completion', 'chat', 'text', 'prompt']).meta({ description: 'of the examples' }),
    splits: z.strictObject({
      train: split.exactOptional(),
      validation: split.exactOptional(),
      test: split.exactOptional(),
    } satisfies Record<(typeof SPLITS)[number], z.ZodType>),
    testInputs: split.exactOptional().meta({ description: 'the test split without its answers' }),
    slices: split
      .exactOptional()
      .meta({ description: 'of each row of the test split the fields that gate rules are held by' }),
    fields: split
      .exactOptional()
      .meta({ description: 'of each row of the training split the fields that drift is measured by' }),
    labels: z.array(z.string()).meta({ description: 'none where nothing is classified' }),
    duplicates: z.int().meta({ description: 'rows left out' }),
    conflicts: z.int().meta({ description: 'texts under more than one label' }),
  })
  .meta({ id: 'DataSet' });

export const outcome = z.enum(['passed', 'rejected', 'declined', 'failed', 'cancelled']);
export const source = z.strictObject({ uri: s3, sha256: z.string() }).meta({ description: 'the packed code' });

export const runRecord: z.ZodType<RunRecord> = z
  .strictObject({
    version: z.int().meta({ description: 'of the form of this record' }),
    run: z.string().meta({ description: 'workflow id' }),
    spec,
    account,
    startedBy: startedBy.exactOptional(),
    decision: decision.exactOptional().meta({ description: 'why a schedule started it' }),
    takenFrom: z
      .strictObject({ run: z.string(), stage: z.enum(['train', 'evaluate', 'deploy']) })
      .exactOptional()
      .meta({ description: 'the run that data, code and what came before the stage are of' }),
    stage: stage.meta({ description: 'under way, or the last that ran' }),
    outcome: outcome.exactOptional().meta({ description: 'absent while the run is under way' }),
    data: dataSet.exactOptional(),
    source: source.exactOptional(),
    base: artifact.exactOptional(),
    champion: z
      .strictObject({
        model: z.discriminatedUnion('engine', [artifact, customModel]),
        spec: z
          .custom<ChampionSpec>((value) => typeof value === 'object')
          .meta({
            description: 'name, train, deploy and evaluate of its own run, by which it is asked and served',
          }),
        gone: z.string().exactOptional().meta({ description: 'why it cannot be evaluated' }),
      })
      .exactOptional()
      .meta({ description: 'newest model of the name, where a rule is relative to it' }),
    waiting: z
      .strictObject({
        for: z.enum(['capacity', 'quota', 'credentials', 'role', 'endpoint', 'inputs', 'approval']),
        of: z.string().exactOptional(),
        since: time.exactOptional(),
        tries: z.int().exactOptional(),
        nextTryAt: time.exactOptional(),
        until: time.exactOptional().meta({ description: 'of approval: its deadline' }),
        otherwise: verdict.exactOptional().meta({ description: 'what holds then' }),
        reminders: reminders.exactOptional(),
        message: z.string(),
      })
      .exactOptional(),
    shortages: z
      .array(
        z.strictObject({
          stage,
          instance: z.string(),
          of: z.enum(['capacity', 'quota']),
          times: z.int(),
          job: z.string(),
          message: z.string(),
          billedSeconds: z.number(),
        }),
      )
      .exactOptional()
      .meta({ description: 'instance types that could not be had' }),
    trainingJob: z.string().exactOptional(),
    model: model.exactOptional(),
    weights: z
      .strictObject({ uri: s3, files: z.int(), bytes: z.int() })
      .exactOptional()
      .meta({ description: 'unpacked to be imported into Bedrock; gone when the run is through with them' }),
    evaluations: z
      .strictObject({
        base: evaluation.exactOptional(),
        champion: evaluation.exactOptional(),
        candidate: evaluation.exactOptional(),
      } satisfies Record<(typeof CONTENDERS)[number], z.ZodType>)
      .exactOptional(),
    evaluationTries: z
      .strictObject({
        base: z.int().exactOptional(),
        champion: z.int().exactOptional(),
        candidate: z.int().exactOptional(),
      } satisfies Record<(typeof CONTENDERS)[number], z.ZodType>)
      .exactOptional()
      .meta({ description: 'which transform job it is of a contender whose first one had no machine' }),
    gate: gate.exactOptional(),
    approval: approval.exactOptional().meta({ description: 'from the moment a decision is asked for' }),
    refusedSignals: z
      .array(z.strictObject({ at: time, verdict, reason: z.string() }))
      .exactOptional()
      .meta({ description: 'signals that did not count, the newest last' }),
    candidate: z
      .strictObject({ to: z.enum(['bedrock-on-demand', 'bedrock-provisioned']), name: z.string(), arn: z.string() })
      .exactOptional()
      .meta({ description: 'what the candidate answers from while it is evaluated on Bedrock' }),
    deployment: deployment.exactOptional(),
    retention: z
      .strictObject({
        deleted: z.array(z.string()),
        problem: z.string().exactOptional().meta({ description: 'what kept others from being deleted' }),
      })
      .exactOptional()
      .meta({ description: 'older custom models of the name, beyond train.keep' }),
    failure: z
      .strictObject({
        code: z.string().meta({ description: 'temper explain CODE' }),
        message: z.string(),
        stage,
        log: z.array(z.string()).exactOptional().meta({ description: 'the end of the log of the job that failed' }),
      })
      .exactOptional(),
    leftBehind: z.array(z.string()).exactOptional().meta({ description: 'what could not be removed' }),
    untold: z
      .array(z.strictObject({ at: time, event: z.enum(NOTICE_EVENTS), message: z.string() }))
      .exactOptional()
      .meta({ description: 'what nobody could be told of, and why; the newest ten' }),
    timings: z.array(z.strictObject({ stage, startedAt: time, seconds: z.number().exactOptional() })),
  })
  .meta({ id: 'RunRecord' });
