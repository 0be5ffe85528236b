/**
 * The most that a run can cost: each of its jobs on each of its machines for as long as it may take. Storage, requests
 * and data transfer are left out; so is the endpoint, which goes on billing after the run, by the hour.
 */
import { durationSeconds } from '../duration.ts';
import type { Spec } from '../spec.ts';

export type Use = 'training' | 'transform' | 'hosting';

/** USD per instance and hour, by use and instance type; a type that is not there has no known price. */
export type Prices = { readonly [U in Use]: Readonly<Record<string, number>> };

export const NO_PRICES: Prices = { training: {}, transform: {}, hosting: {} };

/** What is paid for one stage's jobs, at most. */
export interface JobCost {
  readonly stage: 'train' | 'evaluate';
  /** The dearest, where there are several to choose from. */
  readonly instance: string;
  readonly jobs: number;
  /** Of each job. */
  readonly instances: number;
  /** Of each job. */
  readonly maxSeconds: number;
  /** Absent where the price is not known. */
  readonly usd?: number;
}

export interface EndpointCost {
  readonly instance: string;
  readonly instances: number;
  /** Of all instances; absent where the price is not known. */
  readonly usdPerHour?: number;
}

export interface Cost {
  readonly jobs: readonly JobCost[];
  /** Of all jobs together; absent where one of their prices is not known. */
  readonly usd?: number;
  readonly endpoint?: EndpointCost;
  /** What has no known price. */
  readonly unknown: readonly { readonly use: Use; readonly instance: string }[];
}

/** AWS's own count for monthly figures. */
export const HOURS_PER_MONTH = 730;

interface Job {
  readonly stage: JobCost['stage'];
  readonly use: Use;
  /** One of these. */
  readonly types: readonly string[];
  readonly jobs: number;
  readonly instances: number;
  readonly maxSeconds: number;
}

function jobsOf({ train, evaluate }: Spec): Job[] {
  if (train.engine !== 'sagemaker') return [];
  const training: Job = {
    stage: 'train',
    use: 'training',
    types: train.instance,
    jobs: 1,
    instances: train.instanceCount,
    maxSeconds: durationSeconds(train.maxRuntime),
  };
  if (evaluate?.by !== 'transform') return [training];
  const evaluation: Job = {
    stage: 'evaluate',
    use: 'transform',
    types: [evaluate.instance],
    // The candidate, and the base beside it.
    jobs: train.base ? 2 : 1,
    instances: 1,
    maxSeconds: durationSeconds(evaluate.maxRuntime),
  };
  return [training, evaluation];
}

/** The type with the highest price; one without a price, where there is such a one: it could be any. */
function dearest(types: readonly string[], prices: Readonly<Record<string, number>>): string {
  const price = (type: string): number => prices[type] ?? Number.POSITIVE_INFINITY;
  return types.reduce((one, other) => (price(other) > price(one) ? other : one));
}

/** @param tried what jobs on types that could not be had have billed already, in seconds of one instance */
export function costOf(
  spec: Spec,
  prices: Prices,
  tried: readonly { readonly instance: string; readonly billedSeconds: number }[] = [],
): Cost {
  const unknown: { use: Use; instance: string }[] = [];
  const priceOf = (use: Use, instance: string): number | undefined => {
    const price = prices[use][instance];
    if (price === undefined) unknown.push({ use, instance });
    return price;
  };
  const spent = tried.reduce(
    (sum, each) => sum + (each.billedSeconds / 3600) * (prices.training[each.instance] ?? 0),
    0,
  );
  const jobs = jobsOf(spec).map(({ use, types, ...job }): JobCost => {
    const instance = dearest(types, prices[use]);
    const price = priceOf(use, instance);
    const hours = (job.jobs * job.instances * job.maxSeconds) / 3600;
    const before = job.stage === 'train' ? spent : 0;
    return { ...job, instance, ...(price !== undefined && { usd: hours * price + before }) };
  });
  const known = jobs.every(({ usd }) => usd !== undefined);
  const usd = jobs.reduce((sum, job) => sum + (job.usd ?? 0), 0);
  const endpoint = endpointOf(spec, priceOf);
  return { jobs, ...(known && { usd }), ...(endpoint && { endpoint }), unknown };
}

/** The prices of the machines of a spec, and no others. */
export function pricesFor({ train, evaluate, deploy }: Spec, prices: Prices): Prices {
  const only = (use: Use, types: readonly string[]): Record<string, number> =>
    Object.fromEntries(Object.entries(prices[use]).filter(([type]) => types.includes(type)));
  return {
    training: only('training', train.engine === 'sagemaker' ? train.instance : []),
    transform: only('transform', evaluate?.by === 'transform' ? [evaluate.instance] : []),
    hosting: only('hosting', deploy.to === 'sagemaker-endpoint' ? [deploy.instance] : []),
  };
}

function endpointOf(
  { deploy }: Spec,
  priceOf: (use: Use, instance: string) => number | undefined,
): EndpointCost | undefined {
  if (deploy.to !== 'sagemaker-endpoint') return undefined;
  const { instance, instanceCount: instances } = deploy;
  const price = priceOf('hosting', instance);
  return { instance, instances, ...(price !== undefined && { usdPerHour: price * instances }) };
}
