import { type ActivityOptions, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../activities/index.ts';
import { durationSeconds } from '../spec/duration.ts';
import { trainingJobName } from '../spec/naming.ts';
import type { TrainedModel } from '../spec/record.ts';
import { checkBudget } from './budget.ts';
import { type Attempt, onFirstMachine } from './machines.ts';
import * as profiles from './profiles.ts';
import type { Prepared, RunContext } from './stages.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submitOrMoveOn);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);

const summary = (text: string): ActivityOptions => ({ summary: text });

/** A SageMaker training job on the first of the spec's instance types that can be had. */
export async function train(context: RunContext, prepared: Prepared): Promise<{ model: TrainedModel }> {
  const { run, spec } = context;
  const { instance: instances, maxWait } = spec.train;
  const model = await onFirstMachine(
    context,
    { instances, maxWait },
    (attempt) => trainingJobName(run, attempt),
    (attempt) => trainOn(context, prepared, attempt),
  );
  return { model };
}

/** One job, submitted and then looked at until it is done. */
async function trainOn(
  context: RunContext,
  { data, source, base }: Prepared,
  { attempt, instance, job: jobName }: Attempt,
): Promise<TrainedModel> {
  const { run, spec, account, progress, cleanUp } = context;
  checkBudget(context, progress.record.shortages);
  const job = { jobName, region: account.region };
  cleanUp.register(jobName, () =>
    removing.stopTraining.executeWithOptions(summary(`stop training job ${jobName}`), [job]),
  );
  await submit.submitTraining.executeWithOptions(summary(`create training job ${jobName} on ${instance}`), [
    { run, attempt, account, spec, instance, data, source, ...(base ? { base } : {}) },
  ]);
  progress.note({ trainingJob: jobName });
  progress.listWaiting();
  const { awaitTraining } = proxyActivities<PipelineActivities>(
    profiles.awaitJob(durationSeconds(spec.train.maxRuntime)),
  );
  const model = await awaitTraining.executeWithOptions(summary(`wait for training job ${jobName}`), [job]);
  cleanUp.keep(jobName);
  return model;
}
