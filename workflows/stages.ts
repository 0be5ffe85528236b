/** The stages of a run: each leaves small references for the next, and registers what it creates for clean-up first. */
import {
  type ActivityOptions,
  ApplicationFailure,
  proxyActivities,
  TimeoutFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { createDataActivities, PreparedInputs } from '../activities/data/activities.ts';
import type { PipelineActivities } from '../activities/index.ts';
import { durationSeconds } from '../spec/duration.ts';
import type { PipelineCode } from '../spec/errors/pipeline.ts';
import { evaluateGate, type RuleVerdict } from '../spec/gate.ts';
import { isInS3 } from '../spec/inputs.ts';
import { type Contender, inputsTaskQueue, modelName } from '../spec/naming.ts';
import type { DataSet, Deployment, Evaluation, ModelRef, SourceBundle, TrainedModel } from '../spec/record.ts';
import { servingOf } from '../spec/serving.ts';
import type { CleanUp } from './clean-up.ts';
import { rootOf } from './failures.ts';
import type { FineTuneInput } from './messages.ts';
import * as profiles from './profiles.ts';
import type { Progress } from './progress.ts';
import { together } from './together.ts';

export interface RunContext extends FineTuneInput {
  readonly progress: Progress;
  readonly cleanUp: CleanUp;
}

/** What the data stage leaves. */
export interface Prepared {
  readonly data: DataSet;
  readonly source: SourceBundle;
  readonly base?: ModelRef;
}

type DataActivities = ReturnType<typeof createDataActivities>;

const quickCall = proxyActivities<PipelineActivities>(profiles.quickCall);
const submit = proxyActivities<PipelineActivities>(profiles.submit);
const removing = proxyActivities<PipelineActivities>(profiles.cleanUp);

// A deployment has no limit of its own: SageMaker gives up on a fleet that does not come up within four hours.
const LONGEST_DEPLOYMENT_SECONDS = 4 * 3600;

const summary = (text: string): ActivityOptions => ({ summary: text });

/**
 * Uploads code and local data from the machine that has them, lets a worker prepare data that is in S3, and looks up what
 * to start from; all at the same time, so that a base that is not there ends the run before hours of uploading.
 */
export async function prepare(context: RunContext): Promise<Prepared> {
  const { run, spec, account } = context;
  const { base: wanted } = spec.train;
  const upload = profiles.upload(durationSeconds(spec.data.uploadWithin));
  const { prepareData } = proxyActivities<PipelineActivities>(upload);
  const { region, bucket } = account;
  const [{ source, data }, remote, base] = await together([
    () => inputs(context, upload),
    async () =>
      isInS3(spec)
        ? prepareData.executeWithOptions(summary('check and split the data'), [{ run, spec, region, bucket }])
        : undefined,
    async () =>
      wanted === undefined
        ? undefined
        : quickCall.resolveBase.executeWithOptions(summary(`look up ${wanted}`), [{ base: wanted, account }]),
  ]);
  const dataSet = data ?? remote;
  if (!dataSet) throw ApplicationFailure.nonRetryable('the data was not prepared', 'InvalidData');
  return {
    data: dataSet,
    source,
    ...(base && { base: { serving: servingOf(spec, source, account), ...base } }),
  };
}

/** What the machine that has the run's files gives. */
async function inputs(
  { run, spec, account, directory, machine }: RunContext,
  upload: ActivityOptions,
): Promise<PreparedInputs> {
  const { prepareInputs } = proxyActivities<DataActivities>({ ...upload, taskQueue: inputsTaskQueue(run) });
  const what = isInS3(spec) ? 'package the code' : 'check, split and upload the data; package the code';
  try {
    return await prepareInputs.executeWithOptions(summary(what), [
      { run, spec, directory, region: account.region, bucket: account.bucket },
    ]);
  } catch (error) {
    if (!(rootOf(error) instanceof TimeoutFailure)) throw error;
    const where = machine === undefined ? directory : `${directory} on ${machine}`;
    throw ApplicationFailure.create({
      type: 'InputsMissing' satisfies PipelineCode,
      message: `the files in ${where} were not uploaded within ${spec.data.uploadWithin}`,
      nonRetryable: true,
      cause: error as Error,
    });
  }
}

/** The candidate as a model that can be served. */
function candidateOf({ spec, account }: RunContext, source: SourceBundle, { artifact }: TrainedModel): ModelRef {
  return { artifact, serving: servingOf(spec, source, account) };
}

/** Base and candidate answer the same test split, each in the container that would serve it. */
export async function evaluate(
  context: RunContext,
  { data, source, base }: Prepared,
  model: TrainedModel,
): Promise<{ evaluations: { readonly [C in Contender]?: Evaluation } }> {
  const { run, spec, account, cleanUp } = context;
  if (!spec.evaluate) return { evaluations: {} };
  const { instance, maxRuntime } = spec.evaluate;
  const models = { ...(base ? { base } : {}), candidate: candidateOf(context, source, model) };
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
  return { evaluations };
}

/** Holds the scores against the spec's rules. */
export function gate(
  { spec }: RunContext,
  { base, candidate }: { readonly [C in Contender]?: Evaluation },
): { gate: readonly RuleVerdict[] } {
  if (!candidate) throw ApplicationFailure.nonRetryable('the candidate was not evaluated', 'InvalidPredictions');
  const scores = { ...(base ? { base: base.scores } : {}), candidate: candidate.scores };
  return { gate: evaluateGate(spec.gate, scores).rules };
}

/** Hands the model over: it becomes the newest of its name, and is served where the spec says so. */
export async function deploy(
  context: RunContext,
  { data, source }: Prepared,
  trained: TrainedModel,
): Promise<{ endpoint?: Deployment }> {
  const { run, spec, account, cleanUp } = context;
  const model = candidateOf(context, source, trained);
  const handOver = { run, account, startedAt: workflowInfo().startTime.toISOString() };
  if (spec.deploy.to === 'none') {
    await quickCall.publishModel.executeWithOptions(summary(`make this the newest model of ${run.name}`), [
      { ...handOver, model },
    ]);
    return {};
  }
  const { endpoint = run.name, instance, instanceCount } = spec.deploy;
  const ref = { ...handOver, endpoint };
  // From here on the endpoint may need the model: it goes with the deployment, and stays where that cannot be undone.
  cleanUp.keep(modelName(run, 'candidate'));
  cleanUp.register(endpoint, () =>
    removing.revertDeployment.executeWithOptions(summary(`put endpoint ${endpoint} back`), [ref]),
  );
  const { created } = await submit.submitDeployment.executeWithOptions(
    summary(`create or update endpoint ${endpoint}`),
    [{ run, account, model, endpoint, instance, instanceCount }],
  );
  const { awaitDeployment } = proxyActivities<PipelineActivities>(profiles.awaitHandOver(LONGEST_DEPLOYMENT_SECONDS));
  const deployment = await awaitDeployment.executeWithOptions(
    summary(`wait for endpoint ${endpoint}, ask it, make this the newest model of ${run.name}`),
    [{ ...ref, model, data, created }],
  );
  cleanUp.keep(endpoint);
  return { endpoint: deployment };
}
