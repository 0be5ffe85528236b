import { type ActivityOptions, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import { durationSeconds } from '../../spec/duration.ts';
import type { SageMakerSpec } from '../../spec/engine.ts';
import { trainingJobName } from '../../spec/naming.ts';
import type { TrainedArtifact } from '../../spec/record.ts';
import { checkBudget } from '../budget.ts';
import type { Prepared, RunContext } from '../context.ts';
import { type Attempt, onFirstMachine } from '../machines.ts';
import * as profiles from '../profiles.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submitOrMoveOn);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);

const summary = (text: string): ActivityOptions => ({ summary: text });

const GIVING_UP = {
  because: 'no machine could be had',
  otherwise: 'add types to train.instance or raise train.maxWait',
};

type SageMakerRun = RunContext & { readonly spec: SageMakerSpec };

/** A SageMaker training job on the first of the spec's instance types that can be had. */
export async function trainOnSageMaker(context: SageMakerRun, prepared: Prepared): Promise<TrainedArtifact> {
  const { run, spec } = context;
  const { instance: instances, maxWait } = spec.train;
  return onFirstMachine(
    context,
    { instances, maxWait, givingUp: GIVING_UP },
    (attempt) => trainingJobName(run, attempt),
    (attempt) => trainOn(context, prepared, attempt),
  );
}

/** One job, submitted and then looked at until it is done. */
async function trainOn(
  context: SageMakerRun,
  { data, source, base }: Prepared,
  { attempt, instance, job: jobName }: Attempt,
): Promise<TrainedArtifact> {
  const { run, spec, account, progress, cleanUp } = context;
  if (!source) throw ApplicationFailure.nonRetryable('there is no code to train with', 'InvalidSpec');
  checkBudget(context, { tried: progress.record.shortages ?? [] });
  const job = { run, jobName, region: account.region };
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
