/** Evaluation of SageMaker's models: batch transform by the container that will serve. */
import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { EvaluationInput } from '../../activities/evaluation/evaluation.ts';
import type { PipelineActivities } from '../../activities/index.ts';
import { durationSeconds } from '../../spec/duration.ts';
import { type Contender, modelName, transformJobName } from '../../spec/naming.ts';
import type { DataSet, ModelRef } from '../../spec/record.ts';
import type { TransformEvaluation } from '../../spec/schema/evaluate.ts';
import type { Evaluations, RunContext } from '../context.ts';
import { lackingJob, onFirstMachine } from '../machines.ts';
import * as profiles from '../profiles.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submitOrMoveOn);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);

const summary = (text: string): ActivityOptions => ({ summary: text });

const GIVING_UP = {
  because: 'no machine could be had for the evaluation',
  otherwise: 'name another evaluate.instance or raise train.maxWait',
};

/**
 * All contenders answer the same test split, each in the container that would serve it, as soon as there are machines. A
 * contender that had one answers once, however often another one has to be tried.
 *
 * @param saysAnything whether a language model answers the same rows, so that answers may be no label
 */
export async function evaluateByTransform(
  context: RunContext,
  { instance, maxRuntime, schema }: TransformEvaluation,
  data: DataSet,
  models: { readonly [C in Contender]?: ModelRef },
  saysAnything: boolean,
): Promise<Evaluations> {
  const { run, account, spec, progress } = context;
  const contenders = Object.keys(models) as Contender[];
  const maxSeconds = durationSeconds(maxRuntime);
  const input = { run, account, data, models, instance, maxSeconds, schema, saysAnything };
  return onFirstMachine(
    context,
    { instances: [instance], maxWait: spec.train.maxWait, givingUp: GIVING_UP },
    () => contenders.map((contender) => transformJobName(run, contender)).join(', '),
    async ({ attempt }) => {
      const { evaluationTries: tries = {} } = progress.record;
      try {
        return await evaluateOnce(context, { ...input, tries }, contenders);
      } catch (error) {
        const job = lackingJob(error);
        const lacking = contenders.find((contender) => transformJobName(run, contender, tries[contender]) === job);
        // A name that a job had is none for another.
        if (lacking) progress.note({ evaluationTries: { ...tries, [lacking]: attempt + 1 } });
        throw error;
      }
    },
  );
}

async function evaluateOnce(
  { run, account, progress, cleanUp }: RunContext,
  input: EvaluationInput,
  contenders: readonly Contender[],
): Promise<Evaluations> {
  for (const contender of contenders) {
    const ref = { run, region: account.region, contender, attempt: input.tries?.[contender] };
    cleanUp.register(modelName(run, contender), () =>
      removing.removeContender.executeWithOptions(summary(`end the evaluation of the ${contender}`), [ref]),
    );
  }
  await submit.submitEvaluation.executeWithOptions(summary(`create transform jobs: ${contenders.join(', ')}`), [input]);
  progress.listWaiting();
  const { awaitEvaluation } = proxyActivities<PipelineActivities>(profiles.awaitJob(input.maxSeconds));
  const { evaluations, removed } = await awaitEvaluation.executeWithOptions(
    summary('wait for the transform jobs, then score'),
    [input],
  );
  for (const contender of removed) cleanUp.keep(modelName(run, contender));
  return evaluations;
}
