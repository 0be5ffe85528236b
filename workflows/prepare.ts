/** The data stage: what a run trains on and with, checked and in S3. */
import { type ActivityOptions, ApplicationFailure, proxyActivities, TimeoutFailure } from '@temporalio/workflow';
import type { createDataActivities, PreparedInputs } from '../activities/data/activities.ts';
import type { PipelineActivities } from '../activities/index.ts';
import { durationSeconds } from '../spec/duration.ts';
import { isSageMaker } from '../spec/engine.ts';
import type { PipelineCode } from '../spec/errors/pipeline.ts';
import { isInS3, needsMachine } from '../spec/inputs.ts';
import { inputsTaskQueue } from '../spec/naming.ts';
import { servingOf } from '../spec/serving.ts';
import type { Takeover } from '../spec/takeover.ts';
import type { Prepared, RunContext } from './context.ts';
import { rootOf } from './failures.ts';
import * as profiles from './profiles.ts';
import { together } from './together.ts';

type DataActivities = ReturnType<typeof createDataActivities>;

const quickCall = proxyActivities<PipelineActivities>(profiles.quickCall);

const summary = (text: string): ActivityOptions => ({ summary: text });

/**
 * Uploads code and local data from the machine that has them, lets a worker prepare data that is in S3, and looks up what
 * to start from; all at the same time, so that a base that is not there ends the run before hours of uploading.
 */
export async function prepare(context: RunContext): Promise<Prepared> {
  if (context.takeover) return takeOver(context, context.takeover);
  const { run, spec, account } = context;
  const wanted = isSageMaker(spec) ? spec.train.base : undefined;
  const upload = profiles.upload(durationSeconds(spec.data.uploadWithin));
  const { prepareData } = proxyActivities<PipelineActivities>(upload);
  const { region, bucket } = account;
  const packed = context.source && { source: context.source };
  const [{ source, data }, remote, base] = await together([
    async (): Promise<PreparedInputs> => (needsMachine(spec, context.source) ? inputs(context, upload) : { ...packed }),
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
  if (!isSageMaker(spec) || !source) return { data: dataSet };
  return {
    data: dataSet,
    source,
    ...(base && { base: { serving: servingOf(spec, source, account), ...base } }),
  };
}

/** The same data, code and base as another run had, by their addresses. */
async function takeOver({ run: own, account }: RunContext, takeover: Takeover): Promise<Prepared> {
  const { run, data, source, base } = takeover;
  await quickCall.checkTakeover.executeWithOptions(summary(`look whether what ${run} left is still there`), [
    { run: own, account, takeover },
  ]);
  return { data, ...(source && { source }), ...(base && { base }) };
}

/** What the machine that has the run's files gives. */
async function inputs(
  { run, spec, account, directory, machine }: RunContext,
  upload: ActivityOptions,
): Promise<PreparedInputs> {
  const { prepareInputs } = proxyActivities<DataActivities>({ ...upload, taskQueue: inputsTaskQueue(run) });
  const parts = [
    ...(isInS3(spec) ? [] : ['check, split and upload the data']),
    ...(isSageMaker(spec) ? ['package the code'] : []),
  ];
  try {
    return await prepareInputs.executeWithOptions(summary(parts.join('; ')), [
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
