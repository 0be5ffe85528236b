/**
 * The most that a run can cost. On SageMaker: each of its jobs on each of its machines for as long as it may take. On
 * Bedrock: the tokens that it learns, reads and may write, which are estimates, and the hours of a provisioned throughput.
 * Storage, requests and data transfer are left out; so is what bills on after the run.
 */
import { type ChampionSpec, isOfOtherEngine } from '../champion.ts';
import { isBedrock, isSageMaker } from '../engine.ts';
import { isRelativeToChampion } from '../gate.ts';
import { STAGES } from '../record.ts';
import type { Spec } from '../spec.ts';
import type { FirstStage } from '../takeover.ts';
import { bedrockItems, bedrockServing, championItems, type Ledger, type SplitSizes } from './bedrock.ts';
import type { Cost, CostItem, Lacking, UnknownCost } from './items.ts';
import { modelPrices, type Prices, type Use } from './prices.ts';
import { championJob, machineItems, machineServing, type Tried } from './sagemaker.ts';

/** What has become known of a run. */
export interface Known {
  /** What jobs on types that could not be had have billed already. */
  readonly tried?: readonly Tried[];
  /** Rows and tokens of its splits. */
  readonly splits?: SplitSizes;
  /** Whether something serves under its name already; taken to be so where nobody has looked. */
  readonly serves?: boolean;
  /** The first stage that is done, and paid for; `train` where nothing is said. */
  readonly from?: FirstStage;
  /** What a rule asks for; taken to be like the candidate where nobody has looked. */
  readonly champion?: ChampionSpec;
}

export function costOf(
  spec: Spec,
  prices: Prices,
  { tried = [], splits, serves = true, from = 'train', champion }: Known = {},
): Cost {
  const unknown = new Map<string, UnknownCost>();
  const lacking: Lacking = (what, { of: lacks = 'price', budgeted = true } = {}) => {
    // What is asked of more than once is told once.
    unknown.set(what, { what, lacks, budgeted: budgeted || unknown.get(what)?.budgeted === true });
    return undefined;
  };
  const ledger = { prices: prices.bedrock, lacking };
  const items = [
    ...(isSageMaker(spec) ? machineItems(spec, prices, lacking, { tried, from, champion }) : []),
    ...(champion && meetsAny(spec, from) ? otherEngineItems(spec, champion, prices, ledger, splits) : []),
    ...(isBedrock(spec) ? bedrockItems(spec, ledger, { splits, serves, from, champion }) : []),
  ].sort((one, next) => STAGES.indexOf(one.stage) - STAGES.indexOf(next.stage));
  const known = items.every(({ usd }) => usd !== undefined);
  const serving = machineServing(spec, prices, lacking) ?? bedrockServing(spec, prices.bedrock, lacking);
  const storage = isBedrock(spec) && modelPrices(spec.train.base, prices.bedrock).perModelMonth;
  return {
    items,
    ...(known && { usd: items.reduce((sum, { usd = 0 }) => sum + usd, 0) }),
    estimated: items.some(({ by }) => by === 'tokens'),
    ...(serving && { serving }),
    ...(storage && { usdPerModelMonth: storage }),
    unknown: [...unknown.values()],
  };
}

/** A champion that is asked by the other engine than the run's. */
function otherEngineItems(
  spec: Spec,
  { evaluate: how, ...champion }: ChampionSpec,
  prices: Prices,
  ledger: Ledger,
  splits: SplitSizes | undefined,
): CostItem[] {
  if (!spec.evaluate || !isOfOtherEngine(spec, champion)) return [];
  const evaluate = { ...how, maxRuntime: spec.evaluate.maxRuntime };
  return [
    ...championJob(evaluate, prices, ledger.lacking),
    ...championItems({ ...champion, evaluate }, ledger, splits),
  ];
}

/** Whether an evaluation that is to be paid holds the candidate against a champion. */
const meetsAny = ({ evaluate, gate }: Spec, from: FirstStage): boolean =>
  evaluate !== undefined && from !== 'deploy' && gate.some(isRelativeToChampion);

/** The prices of what a spec uses, and of what any champion may be asked by where a rule asks for one; no others. */
export function pricesFor(spec: Spec, prices: Prices): Prices {
  const { train, evaluate, deploy } = spec;
  const only = (use: Use, types: readonly string[]): Record<string, number> =>
    Object.fromEntries(Object.entries(prices[use]).filter(([type]) => types.includes(type)));
  const judge = evaluate && 'judge' in evaluate ? evaluate.judge?.model : undefined;
  const models = [...(train.engine === 'bedrock' ? [train.base] : []), ...(judge === undefined ? [] : [judge])];
  const anybody = meetsAny(spec, 'train');
  const units = deploy.to === 'bedrock-import' ? prices.bedrock?.perCustomModelUnit : undefined;
  return {
    training: only('training', train.engine === 'sagemaker' ? train.instance : []),
    transform: anybody ? prices.transform : only('transform', evaluate?.by === 'transform' ? [evaluate.instance] : []),
    hosting: only('hosting', deploy.to === 'sagemaker-endpoint' ? [deploy.instance] : []),
    ...((models.length > 0 || units || anybody) && {
      bedrock: {
        models: {
          ...(anybody && prices.bedrock?.models),
          ...Object.fromEntries(models.map((model) => [model, modelPrices(model, prices.bedrock)])),
        },
        ...(units && { perCustomModelUnit: units }),
      },
    }),
  };
}
