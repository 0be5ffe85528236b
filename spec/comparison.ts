/** Two runs side by side, whatever their engines: what each was given, scored, took, billed, and serves. */
import { costOf } from './cost/cost.ts';
import type { ServingCost } from './cost/items.ts';
import { type Bill, billOf } from './cost/paid.ts';
import type { Prices } from './cost/prices.ts';
import type { Deployment } from './deployment.ts';
import { type MetricValues, type Metric as ScoreName, shownMetrics } from './metrics.ts';
import { parseWorkflowId } from './naming.ts';
import type { Metric } from './numbers.ts';
import type { RunRecord, SplitName, Stage } from './record.ts';
import type { Spec } from './spec.ts';

/** What a record tells of one of the runs; what it does not know yet is absent. */
export interface ComparedRun {
  /** Workflow id. */
  readonly run: string;
  readonly name: string;
  readonly id: string;
  readonly engine: Spec['train']['engine'];
  /** What the model was made from, as the spec names it. */
  readonly base?: string;
  /** Under way, or the last that ran. */
  readonly stage: Stage;
  readonly outcome?: RunRecord['outcome'];
  /** Rows by split. */
  readonly rows?: { readonly [S in SplitName]?: number };
  /** Of the base and the candidate, on the test split. */
  readonly scores?: { readonly base?: MetricValues; readonly candidate?: MetricValues };
  /** The last of each that the training job told. */
  readonly training?: Readonly<Record<string, Metric>>;
  /** Rules of the gate that did not hold, in one sentence each. */
  readonly gate?: { readonly rules: number; readonly missed: readonly string[] };
  /** How long each stage took that is over. */
  readonly seconds: { readonly [S in Stage]?: number };
  readonly bill: Bill;
  readonly serves?: { readonly to: Deployment['to']; readonly name: string; readonly bills?: ServingCost };
}

/** Whether both were tested on the same rows; `unknown` where one of them has not come to its data. */
export type SameTest = 'same' | 'different' | 'unknown';

export interface Comparison {
  readonly test: SameTest;
  /** The scores to put side by side: those that one of the specs asks for, or the usual ones. */
  readonly metrics: readonly ScoreName[];
  readonly runs: readonly [ComparedRun, ComparedRun];
}

/** A run's record, and the prices of its region. */
export interface Compared {
  readonly record: RunRecord;
  readonly prices: Prices;
}

export function compareRuns(one: Compared, other: Compared): Comparison {
  const metrics = [one, other].flatMap(({ record: { spec, data } }) =>
    spec.evaluate ? shownMetrics(spec.evaluate.metrics, data?.kind ?? 'classification') : [],
  );
  return {
    test: sameTest(one.record, other.record),
    metrics: [...new Set(metrics)],
    runs: [comparedRun(one), comparedRun(other)],
  };
}

function sameTest({ data: one }: RunRecord, { data: other }: RunRecord): SameTest {
  const [a, b] = [one?.splits.test?.sha256, other?.splits.test?.sha256];
  if (!one || !other || (a === undefined && b === undefined)) return 'unknown';
  return a === b ? 'same' : 'different';
}

function comparedRun({ record, prices }: Compared): ComparedRun {
  const { spec, data, evaluations, gate, model } = record;
  const { name, id } = parseWorkflowId(record.run) ?? { name: spec.name, id: record.run };
  const rows = Object.entries(data?.splits ?? {}).map(([split, { rows: count }]) => [split, count] as const);
  const scores = Object.entries(evaluations ?? {}).map(([who, each]) => [who, each.scores.metrics] as const);
  const ended = record.timings.flatMap(({ stage, seconds }) =>
    seconds === undefined ? [] : [[stage, seconds] as const],
  );
  return {
    run: record.run,
    name,
    id,
    engine: spec.train.engine,
    ...(spec.train.base && { base: spec.train.base }),
    stage: record.stage,
    ...(record.outcome && { outcome: record.outcome }),
    ...(data && { rows: Object.fromEntries(rows) }),
    ...(evaluations && { scores: Object.fromEntries(scores) }),
    ...(model && { training: model.metrics }),
    ...(gate && {
      gate: { rules: gate.length, missed: gate.flatMap(({ passed, reason }) => (passed ? [] : [reason])) },
    }),
    seconds: Object.fromEntries(ended),
    bill: billOf(record, prices),
    ...servedBy(record, prices),
  };
}

function servedBy({ deployment, spec }: RunRecord, prices: Prices): Pick<ComparedRun, 'serves'> {
  if (!deployment) return {};
  const { to } = deployment;
  const { serving } = costOf(spec, prices);
  const name = to === 'sagemaker-endpoint' ? deployment.endpoint : deployment.name;
  return { serves: { to, name, ...(serving && { bills: serving }) } };
}
