/** Evaluation of SageMaker's models: batch transform by the container that will serve. */
import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import { durationSeconds } from '../../spec/duration.ts';
import { type Contender, modelName } from '../../spec/naming.ts';
import type { DataSet, ModelRef } from '../../spec/record.ts';
import type { TransformEvaluation } from '../../spec/schema/evaluate.ts';
import type { Evaluations, RunContext } from '../context.ts';
import * as profiles from '../profiles.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submit);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);

const summary = (text: string): ActivityOptions => ({ summary: text });

/** All contenders answer the same test split, each in the container that would serve it. */
export async function evaluateByTransform(
  { run, account, cleanUp }: RunContext,
  { instance, maxRuntime }: TransformEvaluation,
  data: DataSet,
  models: { readonly base?: ModelRef; readonly champion?: ModelRef; readonly candidate: ModelRef },
): Promise<Evaluations> {
  const contenders = Object.keys(models) as Contender[];
  const input = { run, account, data, models, instance, maxSeconds: durationSeconds(maxRuntime) };
  for (const contender of contenders) {
    cleanUp.register(modelName(run, contender), () =>
      removing.removeContender.executeWithOptions(summary(`end the evaluation of the ${contender}`), [
        { run, region: account.region, contender },
      ]),
    );
  }
  await submit.submitEvaluation.executeWithOptions(summary(`create transform jobs: ${contenders.join(', ')}`), [input]);
  const { awaitEvaluation } = proxyActivities<PipelineActivities>(profiles.awaitJob(input.maxSeconds));
  const { evaluations, removed } = await awaitEvaluation.executeWithOptions(
    summary('wait for the transform jobs, then score'),
    [input],
  );
  for (const contender of removed) cleanUp.keep(modelName(run, contender));
  return evaluations;
}
