/** Customization of a Bedrock model: a job for it, and what becomes of the model when the run is through with it. */
import { type ActivityOptions, CancellationScope, log, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../../activities/index.ts';
import { durationSeconds } from '../../spec/duration.ts';
import { trainingJobName } from '../../spec/naming.ts';
import type { CustomizedModel, Result } from '../../spec/record.ts';
import type { BedrockRun, Prepared } from '../context.ts';
import { rootOf } from '../failures.ts';
import { type Attempt, onFirstMachine } from '../machines.ts';
import * as profiles from '../profiles.ts';

const submit = proxyActivities<PipelineActivities>(profiles.submitOrMoveOn);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);
const tidying = proxyActivities<PipelineActivities>(profiles.afterHandOver);

const summary = (text: string): ActivityOptions => ({ summary: text });

const GIVING_UP = {
  because: 'no customization job could be started',
  otherwise: 'raise train.maxWait',
};

/**
 * A customization job, as soon as the account may have one: one or two at a time are usual, so that a full quota is waited
 * for. However the run ends before it is through with the custom model, the model is deleted.
 */
export async function customize(context: BedrockRun, prepared: Prepared): Promise<CustomizedModel> {
  const { run, spec } = context;
  const { base, maxWait } = spec.train;
  return onFirstMachine(
    context,
    { instances: [base], maxWait, givingUp: GIVING_UP },
    (attempt) => trainingJobName(run, attempt),
    (attempt) => customizeBy(context, prepared, attempt),
  );
}

/** One job, submitted and then looked at until it is done. */
async function customizeBy(
  context: BedrockRun,
  { data }: Prepared,
  { attempt, job: jobName }: Attempt,
): Promise<CustomizedModel> {
  const { run, spec, account, progress, cleanUp } = context;
  const { base, maxRuntime } = spec.train;
  const job = { run, attempt, account };
  cleanUp.register(jobName, () =>
    removing.stopCustomization.executeWithOptions(
      summary(`stop customization job ${jobName}, delete its custom model`),
      [job],
    ),
  );
  await submit.submitCustomization.executeWithOptions(summary(`create customization job ${jobName} of ${base}`), [
    { ...job, spec, data },
  ]);
  progress.note({ trainingJob: jobName });
  progress.listWaiting();
  const maxSeconds = durationSeconds(maxRuntime);
  const { awaitCustomization } = proxyActivities<PipelineActivities>(profiles.awaitJob(maxSeconds));
  return awaitCustomization.executeWithOptions(summary(`wait for customization job ${jobName}`), [
    { ...job, base, maxSeconds },
  ]);
}

/**
 * The custom model stays. After a hand-over, older ones go that are not kept, as far as they did not go with it; where that
 * cannot be done the run has passed all the same, and its record says so.
 */
export async function settle(
  { run, account, spec, progress, cleanUp }: BedrockRun,
  { jobName, customModel }: CustomizedModel,
  outcome: Result,
): Promise<void> {
  cleanUp.keep(jobName);
  if (progress.record.retention) return;
  const { keep } = spec.train;
  const what = outcome === 'passed' ? `delete custom models beyond the newest ${keep}` : 'keep the custom model';
  await CancellationScope.nonCancellable(async () => {
    try {
      const retention = await tidying.settleModel.executeWithOptions(summary(what), [
        { run, account, customModel, outcome, keep },
      ]);
      if (retention.deleted.length > 0 || retention.problem) progress.note({ retention });
    } catch (error) {
      const root = rootOf(error);
      log.error('older custom models were not looked after', { error: root });
      progress.note({ retention: { deleted: [], problem: root instanceof Error ? root.message : String(root) } });
    }
  });
}
