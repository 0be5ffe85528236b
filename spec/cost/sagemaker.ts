/** What a run pays for on SageMaker: jobs, and the endpoint after it. */
import type { ChampionSpec } from '../champion.ts';
import { durationSeconds } from '../duration.ts';
import type { SageMakerSpec } from '../engine.ts';
import { isRelativeToChampion } from '../gate.ts';
import { STAGES } from '../record.ts';
import type { EvaluationSpec } from '../schema/evaluate.ts';
import type { Spec } from '../spec.ts';
import type { FirstStage } from '../takeover.ts';
import type { Lacking, MachineCost, ServingCost } from './items.ts';
import type { Prices, Use } from './prices.ts';

/** A job on an instance type that could not be had, and what it has billed: seconds of one instance. */
export interface Tried {
  readonly instance: string;
  readonly billedSeconds: number;
}

interface Job extends Omit<MachineCost, 'by' | 'instance' | 'usd'> {
  readonly use: Use;
  /** One of these. */
  readonly types: readonly string[];
}

function jobsOf({ train, evaluate, gate }: SageMakerSpec, champion: ChampionSpec | undefined): Job[] {
  const training: Job = {
    stage: 'train',
    use: 'training',
    types: train.instance,
    jobs: 1,
    instances: train.instanceCount,
    maxSeconds: durationSeconds(train.maxRuntime),
  };
  if (evaluate?.by !== 'transform') return [training];
  const meets = gate.some(isRelativeToChampion) && (champion?.train.engine ?? 'sagemaker') === 'sagemaker';
  const evaluation: Job = {
    stage: 'evaluate',
    use: 'transform',
    types: [evaluate.instance],
    // The candidate, and those that it is compared with; a champion that is the base is asked once.
    jobs: 1 + Number(train.base !== undefined) + Number(meets),
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

interface MachinesKnown {
  readonly tried: readonly Tried[];
  readonly from: FirstStage;
  /** Taken to be SageMaker's where nobody has looked. */
  readonly champion: ChampionSpec | undefined;
}

export function machineItems(
  spec: SageMakerSpec,
  prices: Prices,
  lacking: Lacking,
  { tried, from, champion }: MachinesKnown,
): MachineCost[] {
  const spent = tried.reduce(
    (sum, each) => sum + (each.billedSeconds / 3600) * (prices.training[each.instance] ?? 0),
    0,
  );
  const jobs = jobsOf(spec, champion).filter(({ stage }) => STAGES.indexOf(stage) >= STAGES.indexOf(from));
  return jobs.map(({ use, types, ...job }): MachineCost => {
    const instance = dearest(types, prices[use]);
    const price = prices[use][instance] ?? lacking(`${instance} (${use})`);
    const hours = (job.jobs * job.instances * job.maxSeconds) / 3600;
    const before = job.stage === 'train' ? spent : 0;
    return { by: 'machines', ...job, instance, ...(price !== undefined && { usd: hours * price + before }) };
  });
}

/** A champion of SageMaker that a run on Bedrock meets. */
export function championJob(how: EvaluationSpec, prices: Prices, lacking: Lacking): MachineCost[] {
  if (how.by !== 'transform') return [];
  const { instance } = how;
  const maxSeconds = durationSeconds(how.maxRuntime);
  const price = prices.transform[instance] ?? lacking(`${instance} (transform)`);
  const usd = price === undefined ? {} : { usd: (maxSeconds / 3600) * price };
  return [{ by: 'machines', stage: 'evaluate', who: 'champion', instance, jobs: 1, instances: 1, maxSeconds, ...usd }];
}

export function machineServing({ deploy }: Spec, prices: Prices, lacking: Lacking): ServingCost | undefined {
  if (deploy.to !== 'sagemaker-endpoint') return undefined;
  const { to, instance, instanceCount: instances } = deploy;
  const price = prices.hosting[instance] ?? lacking(`${instance} (hosting)`, { budgeted: false });
  return { to, instance, instances, ...(price !== undefined && { usdPerHour: price * instances }) };
}
