import { z } from 'zod';
import { VERDICTS } from '../../spec/approval.ts';
import type { Cost } from '../../spec/cost/items.ts';
import { METRICS } from '../../spec/metrics.ts';
import type { Plan } from '../../spec/plan.ts';
import { STEPS } from '../../spec/plan-steps.ts';
import { NOTICE_EVENTS } from '../../spec/schema/notify.ts';

export const usd = z.number().meta({ description: 'USD; absent where it is not known' });
const stage = z.enum(['train', 'evaluate']);
export const who = z.enum(['student', 'base', 'champion', 'candidate', 'judge']);
const commitment = z.enum(['none', 'one-month', 'six-months']);
export const tokens = z
  .union([
    z.strictObject({ learnt: z.number() }),
    z.strictObject({ read: z.number(), written: z.number().meta({ description: 'at most' }) }),
  ])
  .meta({ description: 'estimated; absent where the data was not read' });

const item = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('machines'),
    stage,
    who: z.literal('champion').exactOptional().meta({ description: "of a champion that is the other engine's" }),
    instance: z.string().meta({ description: 'the dearest of those to choose from' }),
    jobs: z.int(),
    instances: z.int().meta({ description: 'of each job' }),
    maxSeconds: z.number().meta({ description: 'of each job' }),
    usd: usd.exactOptional(),
  }),
  z.strictObject({
    by: z.literal('tokens'),
    stage,
    who: who.meta({ description: 'learns or is asked' }),
    model: z.string(),
    tokens: tokens.exactOptional(),
    usd: usd.exactOptional(),
  }),
  z.strictObject({
    by: z.literal('model units'),
    stage: z.enum(['evaluate', 'deploy']),
    who: z.literal('champion').exactOptional().meta({ description: 'the candidate where absent' }),
    model: z.string(),
    modelUnits: z.int(),
    commitment,
    hours: z.number().meta({ description: 'at most, by its time to live; or committed to' }),
    usd: usd.exactOptional(),
  }),
]);

export const serving = z.discriminatedUnion('to', [
  z.strictObject({
    to: z.literal('sagemaker-endpoint'),
    instance: z.string(),
    instances: z.int(),
    usdPerHour: usd.exactOptional(),
  }),
  z.strictObject({
    to: z.literal('bedrock-on-demand'),
    model: z.string(),
    usdPerMillionTokens: z.strictObject({ input: z.number(), output: z.number() }).exactOptional(),
  }),
  z.strictObject({
    to: z.literal('bedrock-provisioned'),
    modelUnits: z.int(),
    commitment,
    usdPerHour: usd.exactOptional(),
  }),
  z.strictObject({
    to: z.literal('bedrock-import'),
    usdPerUnit: z.strictObject({ minute: z.number(), month: z.number() }).exactOptional(),
  }),
]);

export const cost: z.ZodType<Cost> = z
  .strictObject({
    items: z.array(item).meta({ description: 'what is paid for, stage by stage' }),
    usd: usd.exactOptional(),
    estimated: z.boolean().meta({ description: 'whether numbers of tokens are in it' }),
    serving: serving.exactOptional().meta({ description: 'what bills on after the run' }),
    usdPerModelMonth: usd.exactOptional().meta({ description: 'for each custom model that is kept' }),
    unknown: z.array(
      z.strictObject({
        what: z.string(),
        lacks: z.enum(['price', 'tokens']).meta({ description: 'tokens where the data was not read' }),
        budgeted: z.boolean().meta({ description: 'whether a budget is held against it' }),
      }),
    ),
  })
  .meta({ id: 'Cost' });

const approval = z
  .strictObject({
    when: z.enum(['manual', 'borderline']),
    between: z.strictObject({ metric: z.enum(METRICS), from: z.number(), to: z.number() }).exactOptional(),
    approvers: z.array(z.string()).exactOptional().meta({ description: 'anybody where absent' }),
    within: z.string(),
    otherwise: z.enum(VERDICTS).meta({ description: 'what holds when nobody has decided by then' }),
    remind: z.string(),
  })
  .meta({ description: 'when a person is asked, who, and how long' });

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
        what: z.enum(STEPS),
        action: z.enum(['upload', 'reuse', 'use', 'create', 'check', 'update', 'ask', 'tell', 'unknown']),
        name: z
          .string()
          .exactOptional()
          .meta({ description: 's3:// address, id of a model, name of what serves, or topic' }),
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
        model: z.string().exactOptional(),
        who: who.exactOptional(),
        events: z.array(z.enum(NOTICE_EVENTS)).exactOptional().meta({ description: 'what the topic is told' }),
        epochs: z.number().exactOptional(),
        approval: approval.exactOptional(),
        tokens: tokens.exactOptional(),
        capture: z
          .strictObject({
            percentage: z.int().meta({ description: 'of the requests' }),
            uri: z.string(),
            kmsKey: z.string().exactOptional(),
          })
          .exactOptional()
          .meta({ description: 'what an endpoint keeps of its traffic, and where' }),
        modelUnits: z.int().exactOptional(),
        commitment: commitment.exactOptional(),
        hours: z.number().exactOptional(),
        usd: usd.exactOptional().meta({ description: 'at most; of an endpoint in each hour' }),
      }),
    ),
    maxSeconds: z.number().meta({ description: 'of all jobs' }),
    maxWaitSeconds: z.number().meta({ description: 'for machines or quota, on top' }),
    cost,
    budget: z.string().exactOptional(),
    pricesAsOf: z.string().exactOptional(),
    problems: z.array(
      z.strictObject({
        code: z.enum([
          'AccountIncomplete',
          'NotFound',
          'InvalidData',
          'InvalidSpec',
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
