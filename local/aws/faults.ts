import { parse } from 'yaml';
import { z } from 'zod';
import { DURATION_PATTERN, durationSeconds } from '../../spec/duration.ts';
import { AwsError } from './protocol.ts';

const duration = z.string().regex(DURATION_PATTERN, 'write it as 5s, 2m or 1h');

const effects = {
  error: z
    .union([
      z.string(),
      z.strictObject({
        code: z.string(),
        message: z.string().optional(),
        status: z.int().min(400).max(599).optional(),
      }),
    ])
    .optional()
    .describe('answer with this AWS error instead of doing anything'),
  status: z.int().min(400).max(599).optional().describe('answer with this HTTP status and no AWS error'),
  reset: z.literal(true).optional().describe('cut the connection instead of answering'),
  delay: duration.optional().describe('answer later'),
  jobFails: z.string().optional().describe('the job, endpoint, deployment or throughput fails with this reason'),
  slowStart: duration.optional().describe('the job, endpoint, deployment or throughput starts later'),
  rollback: z.string().optional().describe('the update fails for this reason, and the old model goes on answering'),
  expires: z
    .enum(['scheduled', 'in-progress'])
    .optional()
    .describe("the batch inference job's time is over while it has this status"),
  hold: z
    .enum(['validation', 'dataProcessing', 'training', 'stopping', 'creating', 'updating'])
    .optional()
    .describe('the job, deployment or throughput stays as it is here until other faults are set, or a job is stopped'),
};

const rule = z
  .strictObject({
    operation: z.string().describe("an operation's name, as in CreateTrainingJob, or * for every one"),
    name: z.string().optional().describe('only resources with this in their name'),
    times: z.int().positive().optional().describe('how often, instead of always'),
    after: z.int().nonnegative().optional().describe('how many matching calls pass first'),
    probability: z.number().gt(0).lte(1).optional().describe('the share of matching calls it meets'),
    afterDone: z.boolean().optional().describe('with reset: do what was asked, then cut the connection'),
    ...effects,
  })
  .refine((each) => Object.keys(effects).filter((key) => key in each).length === 1, {
    error: `a rule has exactly one effect: ${Object.keys(effects).join(', ')}`,
  })
  .refine((each) => each.afterDone === undefined || each.reset, { error: 'afterDone goes with reset' });

/** Faults to inject, first rule first. docs/faults.md explains them. */
export const faultPlanSchema = z.strictObject({
  seed: z.int().optional().describe('makes `probability` repeatable'),
  rules: z.array(rule),
});

export type FaultPlan = z.infer<typeof faultPlanSchema>;
type Rule = z.infer<typeof rule>;

/** Reads a fault plan from YAML. Throws an error that names each wrong field. */
export function parseFaultPlan(yaml: string, source: string): FaultPlan {
  const result = faultPlanSchema.safeParse(parse(yaml));
  if (result.success) return result.data;
  throw new Error(`invalid fault plan ${source}:\n${z.prettifyError(result.error)}`);
}

export type Hold = NonNullable<Rule['hold']>;

/** What a fault does to the resource that a call creates; kept with it, so that it outlives a restart. */
export interface ResourceFault {
  readonly jobFails?: string;
  readonly slowStartSeconds?: number;
  readonly rollback?: string;
  readonly expires?: 'scheduled' | 'in-progress';
  /** Where it stays, until the region has other faults. */
  readonly hold?: readonly Hold[];
}

/** What happens to one call. */
export interface CallFault {
  readonly delaySeconds: number;
  readonly error?: AwsError;
  /** An HTTP status without an AWS error. */
  readonly status?: number;
  readonly reset?: 'before' | 'after-done';
  readonly resource: ResourceFault;
}

const MESSAGES: Readonly<Record<string, string>> = {
  ThrottlingException: 'Rate exceeded',
  ResourceLimitExceeded:
    'The account-level service limit for this resource is 0 Instances, with current utilization of 0 Instances and a request delta of 1 Instances. Please use AWS Service Quotas to request an increase for this quota.',
};

/** Decides which calls a plan meets; counts them. */
export class Faults {
  readonly #rules: { readonly rule: Rule; met: number }[];
  readonly #random: () => number;

  constructor(plan: FaultPlan = { rules: [] }) {
    this.#rules = plan.rules.map((each) => ({ rule: each, met: 0 }));
    this.#random = generator(plan.seed ?? Math.floor(Math.random() * 2 ** 32));
  }

  /** Call once for each request that arrives. */
  meet(operation: string, name: string): CallFault {
    let fault: CallFault = { delaySeconds: 0, resource: {} };
    for (const entry of this.#rules) {
      const { rule: each } = entry;
      if (each.operation !== '*' && each.operation !== operation) continue;
      if (each.name !== undefined && !name.includes(each.name)) continue;
      if (each.probability !== undefined && this.#random() >= each.probability) continue;
      entry.met += 1;
      const nth = entry.met - (each.after ?? 0);
      if (nth < 1 || nth > (each.times ?? Number.POSITIVE_INFINITY)) continue;
      fault = { ...fault, ...effectOf(each, fault) };
      if (fault.error || fault.status || fault.reset) break;
    }
    return fault;
  }
}

function effectOf(each: Rule, fault: CallFault): Partial<CallFault> {
  if (each.error !== undefined) return { error: errorOf(each.error) };
  if (each.status !== undefined) return { status: each.status };
  if (each.reset) return { reset: each.afterDone ? 'after-done' : 'before' };
  if (each.delay !== undefined) return { delaySeconds: fault.delaySeconds + durationSeconds(each.delay) };
  const { jobFails, slowStart, rollback, expires, hold } = each;
  return {
    resource: {
      ...fault.resource,
      ...(jobFails !== undefined && { jobFails }),
      ...(slowStart !== undefined && { slowStartSeconds: durationSeconds(slowStart) }),
      ...(rollback !== undefined && { rollback }),
      ...(expires !== undefined && { expires }),
      ...(hold !== undefined && { hold: [...(fault.resource.hold ?? []), hold] }),
    },
  };
}

function errorOf(error: NonNullable<Rule['error']>): AwsError {
  const { code, message, status } = typeof error === 'string' ? { code: error } : error;
  return new AwsError(code, message ?? MESSAGES[code] ?? `${code}, by the fault plan`, status);
}

/** Mulberry32: small, and the same everywhere for the same seed. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
