/** The documents that tell of a run. */
import { z } from 'zod';
import { VERDICTS } from '../../spec/approval.ts';
import { METRICS, type Metric } from '../../spec/metrics.ts';
import type { CONTENDERS } from '../../spec/naming.ts';
import { type Account, type RunRecord, type SPLITS, STAGES, STARTS } from '../../spec/record.ts';
import { OBSTACLES, type RetrainDecision, TRIGGERS } from '../../spec/retrain.ts';
import type { Spec } from '../../spec/spec.ts';
import type { History } from '../versions/history.ts';

const time = z.string().meta({ description: 'ISO 8601' });
const s3 = z.string().meta({ description: 's3:// address' });
const stage = z.enum(STAGES);

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
    .meta({ description: 'estimated; of data for Bedrock' }),
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

export const metric = z.union([z.number(), z.enum(['NaN', 'Infinity', '-Infinity'])]);

const job = { jobName: z.string(), jobArn: z.string(), trainingSeconds: z.number() };

const model = z
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

const deployment = z
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

const scores = z.strictObject({ rows: z.int(), metrics: z.strictObject(metrics) });

const evaluation = z
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

const artifact = z.strictObject({
  engine: z.literal('sagemaker'),
  artifact: s3,
  serving: z.strictObject({ image: z.string(), environment: z.record(z.string(), z.string()) }),
  run: z.string().exactOptional().meta({ description: 'that made it' }),
});

const customModel = z.strictObject({
  engine: z.literal('bedrock'),
  customModel: z.string().meta({ description: 'ARN' }),
  base: z.string(),
  run: z.string().exactOptional().meta({ description: 'that made it' }),
});

const interval = z.strictObject({
  difference: z.number().meta({ description: "the candidate's value less the champion's" }),
  lower: z.number().meta({ description: 'the difference is at least this, with the confidence' }),
  upper: z.number().meta({ description: 'and at most this, by itself' }),
  confidence: z.number(),
  differing: z.int().meta({ description: 'rows that count another way for the one than for the other' }),
});

const gate = z.array(
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

const verdict = z.enum(VERDICTS);
const reminders = z.strictObject({ sent: z.int(), of: z.int() });
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

export const startedBy = z
  .strictObject({
    how: z.enum(STARTS),
    by: z.string().exactOptional().meta({ description: 'as they are known where they started it' }),
    comment: z.string().exactOptional(),
  })
  .meta({ id: 'StartedBy' });

export const asked = z.strictObject({ by: z.string(), comment: z.string().exactOptional() });

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
    timings: z.array(z.strictObject({ stage, startedAt: time, seconds: z.number().exactOptional() })),
  })
  .meta({ id: 'RunRecord' });

/** What `temper history` tells. */
export const history: z.ZodType<History> = z.strictObject({
  name: z.string(),
  total: z.int().meta({ description: 'versions; not all of them need be told' }),
  versions: z
    .array(
      z.strictObject({
        version: z.int().meta({ description: 'from 1, in the order of hand-over' }),
        run: z.string().meta({ description: 'workflow id of the run that handed it over' }),
        startedBy: startedBy.exactOptional(),
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
      }),
    )
    .meta({ description: 'the newest first' }),
});
