/** The champion of a run's name: looked up where a rule asks for it, asked by its own engine, and compared row by row. */
import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../activities/index.ts';
import { type Champion, isOfOtherEngine } from '../spec/champion.ts';
import { isBedrock } from '../spec/engine.ts';
import type { Evaluation } from '../spec/evaluation.ts';
import { type Comparison, isOfRows, isRelativeToChampion } from '../spec/gate.ts';
import type { DataSet } from '../spec/record.ts';
import type { EvaluationSpec } from '../spec/schema/evaluate.ts';
import type { Spec } from '../spec/spec.ts';
import { askChampion } from './bedrock/evaluation.ts';
import { checkBudget } from './budget.ts';
import type { Evaluations, RunContext } from './context.ts';
import * as profiles from './profiles.ts';
import { evaluateByTransform } from './sagemaker/evaluation.ts';

const quickCall = proxyActivities<PipelineActivities>(profiles.quickCall);
const { compareContenders } = proxyActivities<PipelineActivities>(profiles.compareRows);

const summary = (text: string): ActivityOptions => ({ summary: text });

/**
 * The champion as it stands now, where a rule asks for it and it can be asked. What there is goes into the record. Fails where
 * the run, with what asking it can cost, could pass its budget.
 */
export async function findChampion(context: RunContext, { kind, splits }: DataSet): Promise<Champion | undefined> {
  const { run, spec, account, progress } = context;
  if (!spec.gate.some(isRelativeToChampion)) return undefined;
  const champion = await quickCall.findChampion.executeWithOptions(summary(`look up the champion of ${run.name}`), [
    { name: run.name, account, kind },
  ]);
  if (!champion) return undefined;
  progress.note({ champion });
  if (champion.gone !== undefined) return undefined;
  if (isOfOtherEngine(spec, champion.spec)) {
    checkBudget(context, { splits, tried: progress.record.shortages ?? [], champion: champion.spec });
  }
  return champion;
}

/** A champion that the other engine made answers the same rows, asked as its own spec says, and is scored as this run scores. */
export async function askOtherEngine(
  context: RunContext,
  { schema, maxRuntime }: EvaluationSpec,
  data: DataSet,
  { model, spec: own }: Champion,
): Promise<Evaluation | undefined> {
  const how = { ...own.evaluate, schema, maxRuntime };
  const spec: Spec = { ...context.spec, ...own, evaluate: how };
  if (model.engine === 'bedrock' && isBedrock(spec) && how.by === 'converse') {
    return askChampion({ ...context, spec }, how, data, model);
  }
  if (model.engine !== 'sagemaker' || how.by !== 'transform') return undefined;
  return (await evaluateByTransform(context, how, data, { champion: model }, true)).champion;
}

/** What the rules need that are held by rows: those relative to the champion, and those of slices. */
export async function compareByRows(
  { spec, account }: RunContext,
  data: DataSet,
  evaluations: Evaluations,
): Promise<readonly Comparison[]> {
  const predictions = Object.fromEntries(Object.entries(evaluations).map(([who, each]) => [who, each.predictions]));
  const confidence = spec.evaluate?.confidence;
  return compareContenders.executeWithOptions(summary('compare the contenders row by row'), [
    {
      ...{ account, data, predictions, rules: spec.gate.filter(isOfRows) },
      ...(confidence !== undefined && { confidence }),
      saysAnything: Object.values(evaluations).some(({ answering }) => answering !== undefined),
    },
  ]);
}
