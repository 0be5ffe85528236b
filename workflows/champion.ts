/** The champion of a run's name: looked up where a rule asks for it, and compared with the candidate row by row. */
import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../activities/index.ts';
import { type Comparison, isOfRows, isRelativeToChampion } from '../spec/gate.ts';
import type { Champion, CustomModelRef, DataSet, ModelRef } from '../spec/record.ts';
import type { Evaluations, RunContext } from './context.ts';
import * as profiles from './profiles.ts';

const quickCall = proxyActivities<PipelineActivities>(profiles.quickCall);
const { compareContenders } = proxyActivities<PipelineActivities>(profiles.compareRows);

const summary = (text: string): ActivityOptions => ({ summary: text });

type ModelOf<E extends Champion['model']['engine']> = E extends 'sagemaker' ? ModelRef : CustomModelRef;

/** The champion as it stands now, where a rule asks for it and it can be asked. What there is goes into the record. */
export async function findChampion<E extends Champion['model']['engine']>(
  { run, spec, account, progress }: RunContext,
  engine: E,
): Promise<ModelOf<E> | undefined> {
  if (!spec.gate.some(isRelativeToChampion)) return undefined;
  const champion = await quickCall.findChampion.executeWithOptions(summary(`look up the champion of ${run.name}`), [
    { name: run.name, account, engine },
  ]);
  if (!champion) return undefined;
  progress.note({ champion });
  // What the other engine has made is told as gone.
  return champion.gone === undefined ? (champion.model as ModelOf<E>) : undefined;
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
      saysAnything: evaluations.candidate?.answering !== undefined,
    },
  ]);
}
