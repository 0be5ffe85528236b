/** What a run pays for on Bedrock: tokens, model units by the hour, and what answers after it. */
import { baseModelId, knownModel } from '../bedrock/base.ts';
import { candidateServing } from '../bedrock/serving.ts';
import { tokensIn } from '../bedrock/tokens.ts';
import type { ChampionSpec } from '../champion.ts';
import { durationSeconds } from '../duration.ts';
import type { BedrockSpec } from '../engine.ts';
import { isRelativeToChampion } from '../gate.ts';
import { VERDICT_TOKENS } from '../judge.ts';
import type { SplitInfo, SplitName, TokenEstimate } from '../record.ts';
import type { BedrockEvaluation, ConverseEvaluation } from '../schema/evaluate.ts';
import type { Spec } from '../spec.ts';
import type { FirstStage } from '../takeover.ts';
import type { Lacking, ServingCost, TokenCost, UnitCost } from './items.ts';
import { type BedrockPrices, HOURS_PER_MONTH, modelPrices, type TokenPrice } from './prices.ts';

/** Rows and tokens by split, as the data stage knows them. */
export type SplitSizes = { readonly [S in SplitName]?: Pick<SplitInfo, 'rows' | 'tokens'> };

/** Hours that a throughput bills for at least, as AWS lets nobody delete it before. */
const COMMITTED_HOURS = { none: 0, 'one-month': HOURS_PER_MONTH, 'six-months': 6 * HOURS_PER_MONTH } as const;

/** A throughput for an evaluation is there until it answers, and then for as long as the evaluation may take. */
const LONGEST_DEPLOYMENT_HOURS = 4;

/** What the judge's own words come to, and the names of their sections. */
const JUDGE_PROMPT_TOKENS = 200;

type Judge = NonNullable<ConverseEvaluation['judge']>;

/** Prices, and who is told of those that are not known. */
export interface Ledger {
  readonly prices: BedrockPrices | undefined;
  readonly lacking: Lacking;
}

interface Given {
  readonly splits: SplitSizes | undefined;
  /** Whether something serves under the name already. */
  readonly serves: boolean;
  /** The first stage that is paid for. */
  readonly from: FirstStage;
  /** Taken to be like the candidate where nobody has looked. */
  readonly champion: Pick<ChampionSpec, 'train' | 'deploy'> | undefined;
}

export function bedrockItems(
  given: BedrockSpec,
  ledger: Ledger,
  { splits, serves, from, champion = given }: Given,
): (TokenCost | UnitCost)[] {
  const { evaluate: _, ...rest } = given;
  const spec: BedrockSpec = from === 'deploy' ? rest : given;
  const { evaluate } = spec;
  return [
    ...(from === 'train' ? [trainingItem(spec, ledger, splits)] : []),
    ...(evaluate && evaluate.by !== 'transform' ? questionItems(spec, evaluate, ledger, splits, champion) : []),
    ...throughputItems(spec, ledger, serves),
  ];
}

/** How often a job shows its data to the model; absent where AWS does not say. */
export function epochsOf({ train }: BedrockSpec): number | undefined {
  const { customization, hyperparameters } = train;
  const known = knownModel(train)?.customizations[customization]?.hyperparameters?.epochCount;
  const epochs = Number(hyperparameters.epochCount ?? known?.default);
  return Number.isFinite(epochs) ? epochs : undefined;
}

function trainingItem(spec: BedrockSpec, ledger: Ledger, splits: SplitSizes | undefined): TokenCost {
  const { base: model, customization } = spec.train;
  const item = { by: 'tokens', stage: 'train', who: 'student', model } as const;
  const tokens = splits?.train?.tokens;
  const epochs = epochsOf(spec);
  // A distillation also pays for what its teacher writes, reinforcement fine-tuning by the hour: no sum bounds those.
  const price =
    customization === 'fine-tuning' || customization === 'continued-pre-training'
      ? priceOf(model, 'training', 'training', ledger)
      : ledger.lacking(`${customization} of ${model}`);
  const shown = epochs ?? ledger.lacking(`epochs of ${model}`);
  const known = tokens ?? ledger.lacking('the training split', { of: 'tokens' });
  if (shown === undefined || !known) return item;
  const learnt = (known.question + known.answer) * shown;
  return { ...item, tokens: { learnt }, ...(price !== undefined && { usd: (learnt / 1_000_000) * price }) };
}

function questionItems(
  spec: BedrockSpec,
  evaluate: BedrockEvaluation,
  ledger: Ledger,
  splits: SplitSizes | undefined,
  champion: Pick<ChampionSpec, 'train' | 'deploy'>,
): (TokenCost | UnitCost)[] {
  const { base: model } = spec.train;
  const test = splits?.test;
  const ask = { tokens: tokensAsked(evaluate, model, test), ledger, model };
  const [input, output] =
    evaluate.by === 'batch' ? (['batchInput', 'batchOutput'] as const) : (['input', 'output'] as const);
  // A custom model that is customized further answers only where it is deployed, and is not asked.
  const isAsked = baseModelId(model, '') !== undefined;
  // Model units are paid for by the hour, whatever is asked of them.
  const byTokens = !hasThroughput(spec);
  return [
    ...(isAsked ? [tokenItem({ who: 'base', ...ask, input, output })] : []),
    ...(spec.gate.some(isRelativeToChampion) ? championItems({ ...champion, evaluate }, ledger, splits) : []),
    ...(byTokens ? [tokenItem({ who: 'candidate', ...ask, input: 'customInput', output: 'customOutput' })] : []),
    ...judgeItems(evaluate, ledger, test),
  ];
}

/** A champion of Bedrock; where nothing serves it, it may need a throughput of its own. */
export function championItems(
  { train, deploy, evaluate }: Pick<Spec, 'train' | 'deploy' | 'evaluate'>,
  ledger: Ledger,
  splits: SplitSizes | undefined,
): (TokenCost | UnitCost)[] {
  if (train.engine !== 'bedrock' || !evaluate || evaluate.by === 'transform') return [];
  const { base: model } = train;
  const who = 'champion';
  if (evaluate.by !== 'batch' && candidateServing({ train, deploy }) === 'bedrock-provisioned') {
    return [{ ...unitItem(model, ledger, { stage: 'evaluate', commitment: 'none', ...briefly(evaluate) }), who }];
  }
  const tokens = tokensAsked(evaluate, model, splits?.test);
  return [tokenItem({ who, model, tokens, ledger, input: 'customInput', output: 'customOutput' })];
}

/** One model unit for no longer than an evaluation can take. */
const briefly = ({ maxRuntime }: BedrockEvaluation) => ({
  modelUnits: 1,
  hours: durationSeconds(maxRuntime) / 3600 + LONGEST_DEPLOYMENT_HOURS,
});

function tokensAsked(
  { system: given, maxTokens }: BedrockEvaluation,
  model: string,
  test: SplitSizes['test'],
): Tokens | undefined {
  if (!test?.tokens) return undefined;
  const system = given === undefined ? 0 : tokensIn(given, model);
  return { read: test.tokens.question + test.rows * system, written: test.rows * maxTokens };
}

/** Whether the candidate of an evaluation has a deployment, which batch inference does not need. */
export const isDeployed = ({ evaluate }: BedrockSpec): boolean => evaluate !== undefined && evaluate.by !== 'batch';

/** Whether that deployment is a provisioned throughput. */
const hasThroughput = (spec: BedrockSpec): boolean =>
  isDeployed(spec) && candidateServing(spec) === 'bedrock-provisioned';

function judgeItems(evaluate: BedrockEvaluation, ledger: Ledger, test: SplitSizes['test']): TokenCost[] {
  const who = 'judge' as const;
  if (evaluate.by === 'bedrock-job') {
    const { evaluator } = evaluate.job;
    if (evaluator === undefined) return [];
    // What it is asked with is AWS's own, and of no known length.
    ledger.lacking(`evaluator ${evaluator}`);
    return [{ by: 'tokens', stage: 'evaluate', who, model: evaluator }];
  }
  const { judge } = evaluate;
  if (!judge) return [];
  const { model } = judge;
  const tokens = test?.tokens && judgeTokens(judge, evaluate.maxTokens, test.rows, test.tokens);
  return [tokenItem({ who, model, tokens, ledger, input: 'input', output: 'output' })];
}

/** Of each row, the answers of base and candidate alone; where they are compared, both of them in either order too. */
function judgeTokens(judge: Judge, maxTokens: number, testRows: number, { question, answer }: TokenEstimate): Tokens {
  const rows = Math.min(testRows, judge.rows);
  const [alone, pairs] = [2, judge.against === undefined ? 0 : 2];
  const told = (question + answer) / testRows + tokensIn(judge.rubric, judge.model) + JUDGE_PROMPT_TOKENS;
  return {
    read: Math.ceil(rows * ((alone + pairs) * told + (alone + 2 * pairs) * maxTokens)),
    written: rows * (alone + pairs) * VERDICT_TOKENS,
  };
}

interface Tokens {
  readonly read: number;
  readonly written: number;
}

interface Asked {
  readonly who: TokenCost['who'];
  readonly model: string;
  readonly tokens: Tokens | undefined;
  readonly input: TokenPrice;
  readonly output: TokenPrice;
  readonly ledger: Ledger;
}

function tokenItem({ who, model, tokens, input, output, ledger }: Asked): TokenCost {
  const item = { by: 'tokens', stage: 'evaluate', who, model } as const;
  const what = who === 'candidate' || who === 'champion' ? 'custom models' : 'questions';
  const [reading, writing] = [priceOf(model, input, what, ledger), priceOf(model, output, what, ledger)];
  const known = tokens ?? ledger.lacking('the test split', { of: 'tokens' });
  if (!known) return item;
  const priced = reading !== undefined && writing !== undefined;
  return {
    ...item,
    tokens: known,
    ...(priced && { usd: (known.read * reading + known.written * writing) / 1_000_000 }),
  };
}

/**
 * What serves, and where it cannot evaluate too, one that answers the evaluation alone: nobody commits to a model that has
 * not passed, and what serves already keeps its model until then.
 */
function throughputItems(spec: BedrockSpec, ledger: Ledger, serves: boolean): UnitCost[] {
  const { deploy, evaluate } = spec;
  if (deploy.to !== 'bedrock-provisioned') return [];
  const { modelUnits, commitment, ttl } = deploy;
  const hours = ttl === undefined ? COMMITTED_HOURS[commitment] : durationSeconds(ttl) / 3600;
  const { base } = spec.train;
  const served = unitItem(base, ledger, { stage: 'deploy', modelUnits, commitment, hours });
  const answersItself = !serves && ttl !== undefined;
  if (!evaluate || evaluate.by === 'transform' || !hasThroughput(spec) || answersItself) return [served];
  const own = ttl === undefined ? briefly(evaluate) : { modelUnits, hours };
  return [unitItem(base, ledger, { stage: 'evaluate', commitment: 'none', ...own }), served];
}

function unitItem(
  model: string,
  { prices, lacking }: Ledger,
  units: Pick<UnitCost, 'stage' | 'modelUnits' | 'commitment' | 'hours'>,
): UnitCost {
  const { commitment, modelUnits, hours } = units;
  const price =
    modelPrices(model, prices).perModelUnitHour?.[commitment] ??
    lacking(`model units of ${model}, commitment ${commitment}`);
  return { by: 'model units', model, ...units, ...(price !== undefined && { usd: price * modelUnits * hours }) };
}

function priceOf(model: string, which: TokenPrice, what: string, { prices, lacking }: Ledger): number | undefined {
  return modelPrices(model, prices).perMillionTokens?.[which] ?? lacking(`${what} of ${model}`);
}

/** What bills on after the run; nothing where it is not served on Bedrock. */
export function bedrockServing(
  { train, deploy }: Spec,
  prices: BedrockPrices | undefined,
  lacking: Lacking,
): ServingCost | undefined {
  const own = train.engine === 'bedrock' ? modelPrices(train.base, prices) : {};
  const later = { budgeted: false };
  switch (deploy.to) {
    case 'bedrock-on-demand': {
      const { customInput: input, customOutput: output } = own.perMillionTokens ?? {};
      const model = train.base ?? '';
      if (input === undefined || output === undefined) lacking(`custom models of ${model}`, later);
      const known = input !== undefined && output !== undefined;
      return { to: deploy.to, model, ...(known && { usdPerMillionTokens: { input, output } }) };
    }
    case 'bedrock-provisioned': {
      const { to, modelUnits, commitment } = deploy;
      // A missing price has been told with the hours that the run itself is to pay for.
      const price = own.perModelUnitHour?.[commitment];
      return { to, modelUnits, commitment, ...(price !== undefined && { usdPerHour: price * modelUnits }) };
    }
    case 'bedrock-import': {
      const price = prices?.perCustomModelUnit ?? lacking('custom model units of imported models', later);
      return { to: deploy.to, ...(price && { usdPerUnit: price }) };
    }
    default:
      return undefined;
  }
}
