/** What a run has been billed for, as far as its record tells: in AWS's units, and in USD where prices are known. */
import { isBedrock, jobKind } from '../engine.ts';
import type { Answering, Evaluation } from '../evaluation.ts';
import { CONTENDERS } from '../naming.ts';
import type { RunRecord } from '../record.ts';
import type { TransformEvaluation } from '../schema/evaluate.ts';
import { epochsOf } from './bedrock.ts';
import type { TokenCost } from './items.ts';
import { modelPrices, type Prices, type TokenPrice, type Use } from './prices.ts';

/** One thing that was paid for. */
export type Paid =
  | {
      readonly by: 'machines';
      readonly stage: 'train' | 'evaluate';
      readonly instance: string;
      /** Of one instance. */
      readonly seconds: number;
      /** `at most` where jobs were waited for together with what AWS does not bill. */
      readonly known: 'exactly' | 'at most';
      readonly usd?: number;
    }
  | {
      readonly by: 'tokens';
      readonly stage: 'train' | 'evaluate';
      readonly who: TokenCost['who'];
      readonly model: string;
      readonly tokens: NonNullable<TokenCost['tokens']>;
      /** What was learnt is estimated by the length of the data; what was read and written AWS has counted. */
      readonly known: 'exactly' | 'by an estimate';
      readonly usd?: number;
    };

export interface Bill {
  readonly items: readonly Paid[];
  /** Of those whose price is known. */
  readonly usd: number;
  /** What of it has no known price or number. */
  readonly unknown: readonly string[];
}

/** The record without what another run has paid for. */
function ofItself({ model, trainingJob, evaluations, ...record }: RunRecord): RunRecord {
  const from = record.takenFrom?.stage ?? 'train';
  return {
    ...record,
    ...(from === 'train' && { ...(model && { model }), ...(trainingJob !== undefined && { trainingJob }) }),
    ...(evaluations && from !== 'deploy' && { evaluations }),
  };
}

export function billOf(whole: RunRecord, prices: Prices): Bill {
  const record = ofItself(whole);
  const items = [...machinesPaid(record, prices), ...tokensPaid(record, prices)];
  const unpriced = items.flatMap((item) =>
    item.usd === undefined ? [item.by === 'machines' ? item.instance : `${item.stage} of ${item.model}`] : [],
  );
  return {
    items,
    usd: items.reduce((sum, { usd = 0 }) => sum + usd, 0),
    unknown: [...new Set([...unpriced, ...uncounted(record)])],
  };
}

/** Jobs whose end the record does not tell: they are under way, or were stopped, or failed. */
export function openJobs(whole: RunRecord): string[] {
  const { spec, model, trainingJob, shortages = [], timings } = ofItself(whole);
  const isOpen = !model && trainingJob !== undefined && !shortages.some(({ job }) => job === trainingJob);
  const evaluation = timings.find(({ stage }) => stage === 'evaluate');
  return [
    ...(isOpen ? [`${jobKind(spec)} ${trainingJob}`] : []),
    ...(evaluation && evaluation.seconds === undefined ? ['the evaluation'] : []),
  ];
}

/** What bills and leaves no number in the record. */
function uncounted(record: RunRecord): string[] {
  const { spec, candidate, deployment, evaluations, model } = record;
  const champion = evaluations?.champion?.answering;
  const hasHours =
    [candidate?.to, deployment?.to].includes('bedrock-provisioned') || (champion !== undefined && byTheHour(champion));
  const way = spec.train.engine === 'bedrock' ? spec.train.customization : 'fine-tuning';
  const bounded = way === 'fine-tuning' || way === 'continued-pre-training';
  return [
    ...openJobs(record),
    ...(model && !bounded ? [way] : []),
    ...(hasHours ? ['the hours of model units'] : []),
    ...(deployment?.to === 'bedrock-import' ? ['the minutes of custom model units'] : []),
  ];
}

function machinesPaid(record: RunRecord, prices: Prices): Paid[] {
  const { model, shortages = [], evaluations = {}, timings } = record;
  const paid = (use: Use, instance: string, seconds: number, known: 'exactly' | 'at most'): Paid => {
    const price = prices[use][instance];
    const usd = price === undefined ? {} : { usd: (seconds / 3600) * price };
    return { by: 'machines', stage: use === 'training' ? 'train' : 'evaluate', instance, seconds, known, ...usd };
  };
  const tried = shortages.filter(({ billedSeconds }) => billedSeconds > 0);
  const waited = timings.find(({ stage }) => stage === 'evaluate')?.seconds;
  // Language models are asked, and have no machines.
  const transformed = CONTENDERS.filter((who) => evaluations[who] && !evaluations[who].answering);
  const evaluation = transformOf(record);
  return [
    ...tried.map(({ instance, billedSeconds }) => paid('training', instance, billedSeconds, 'exactly')),
    ...(model?.engine === 'sagemaker' ? [paid('training', model.instance, model.billedSeconds, 'exactly')] : []),
    ...(evaluation && waited !== undefined && transformed.length > 0
      ? [paid('transform', evaluation.instance, waited * transformed.length, 'at most')]
      : []),
  ];
}

/** How SageMaker's models are asked: those of the run, or the champion alone. */
function transformOf({ spec, champion }: RunRecord): Pick<TransformEvaluation, 'instance'> | undefined {
  const [own, other] = [spec.evaluate, champion?.spec.evaluate];
  return own?.by === 'transform' ? own : other?.by === 'transform' ? other : undefined;
}

/** Whether what was asked is a provisioned throughput. */
const byTheHour = ({ modelId }: Answering): boolean => modelId.includes(':provisioned-model/');

function tokensPaid({ spec, data, model, champion, candidate, evaluations = {} }: RunRecord, prices: Prices): Paid[] {
  const { base = '' } = spec.train;
  const before = champion?.model.engine === 'bedrock' ? champion.model.base : base;
  const learnt = data?.splits.train?.tokens;
  const epochs = isBedrock(spec) ? epochsOf(spec) : undefined;
  const price = (id: string, which: TokenPrice) => modelPrices(id, prices.bedrock).perMillionTokens?.[which];
  const training = (): Paid[] => {
    if (!model || !learnt || epochs === undefined) return [];
    const tokens = (learnt.question + learnt.answer) * epochs;
    const perMillion = price(base, 'training');
    const usd = perMillion === undefined ? {} : { usd: (tokens * perMillion) / 1_000_000 };
    const common = { by: 'tokens', stage: 'train', who: 'student', model: base } as const;
    return [{ ...common, tokens: { learnt: tokens }, known: 'by an estimate', ...usd }];
  };
  const asked = (who: TokenCost['who'], id: string, counted: Counted, which: [TokenPrice, TokenPrice]): Paid => {
    const [reading, writing] = which.map((each) => price(id, each));
    const { inputTokens: read, outputTokens: written } = counted;
    const usd =
      reading === undefined || writing === undefined ? {} : { usd: (read * reading + written * writing) / 1_000_000 };
    return { by: 'tokens', stage: 'evaluate', who, model: id, tokens: { read, written }, known: 'exactly', ...usd };
  };
  const batch = spec.evaluate?.by === 'batch';
  const answers = CONTENDERS.flatMap((who) => {
    const { answering, judged }: Partial<Evaluation> = evaluations[who] ?? {};
    const custom: [TokenPrice, TokenPrice] = ['customInput', 'customOutput'];
    const plain: [TokenPrice, TokenPrice] = batch ? ['batchInput', 'batchOutput'] : ['input', 'output'];
    return [
      // Model units are paid for by the hour.
      ...(answering && !(who === 'candidate' && candidate?.to === 'bedrock-provisioned') && !byTheHour(answering)
        ? [asked(who, who === 'champion' ? before : base, answering, who === 'base' ? plain : custom)]
        : []),
      // The judge's tokens are those of both contenders.
      ...(judged && who === 'candidate' ? [asked('judge', judged.model, judged, ['input', 'output'])] : []),
    ];
  });
  return [...training(), ...answers];
}

type Counted = Pick<Answering, 'inputTokens' | 'outputTokens'>;
