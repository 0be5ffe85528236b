/** Runs activities as a worker would, against the shared region. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { createAwsProvider } from '../../activities/aws.ts';
import { createDataActivities } from '../../activities/data/activities.ts';
import { createPipelineActivities } from '../../activities/index.ts';
import type { TrainingInput } from '../../activities/sagemaker/training-request.ts';
import { isSageMaker } from '../../spec/engine.ts';
import { parseSpec } from '../../spec/parse.ts';
import type { Account, TrainedArtifact } from '../../spec/record.ts';
import { type KeywordOptions, writeKeywordProject } from './keyword-project.ts';
import { sharedRegion, temporaryDirectory } from './region.ts';

const { env } = sharedRegion();
Object.assign(process.env, env);

export const account: Account = {
  region: env.AWS_REGION ?? '',
  bucket: env.TEMPER_BUCKET ?? '',
  roleArn: env.TEMPER_ROLE_ARN ?? '',
};
export const aws = createAwsProvider();
export const clients = aws(account.region);
export const pipeline = createPipelineActivities({ aws });
/** Where the runs of a test are, for activities that look whether a run is over. */
export const temporal = new Client({ connection: Connection.lazy({ address: sharedRegion().temporalAddress }) });
const { prepareInputs } = createDataActivities({ aws });

/** One attempt of the activity; `scheduled` is when it was first asked for. */
export async function once<I, O>(
  activity: (input: I) => Promise<O>,
  input: I,
  attempt = 1,
  scheduled = new Date(),
): Promise<O> {
  const info = { attempt, scheduledTimestampMs: scheduled.getTime() };
  const environment = new MockActivityEnvironment(info, { logger: new DefaultLogger('ERROR'), client: temporal });
  return environment.run(activity, input);
}

/** The activity's result; while it fails with `InProgress` it is tried again, as its retry policy would. */
export async function settled<I, O>(activity: (input: I) => Promise<O>, input: I): Promise<O> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await once(activity, input, Math.min(attempt, 5));
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || error.type !== 'InProgress') throw error;
      await delay(Number(error.nextRetryDelay));
    }
  }
}

/** The inputs of a training job of a project of its own, uploaded. */
export async function preparedTraining(options: Omit<KeywordOptions, 'name'> = {}): Promise<TrainingInput> {
  const name = `model-${randomUUID().slice(0, 8)}`;
  const { specFile } = await writeKeywordProject(await temporaryDirectory(), { name, ...options });
  return preparedFrom(specFile, name);
}

/** The inputs of a training job of a spec, uploaded, for a run under a name of the test's own. */
export async function preparedFrom(specFile: string, name: string): Promise<TrainingInput> {
  const run = { name, id: randomUUID().slice(0, 6) };
  const parsed = parseSpec(await readFile(specFile, 'utf8'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const { spec } = parsed;
  if (!isSageMaker(spec)) throw new Error(`${specFile} trains nothing on SageMaker`);
  const { region, bucket } = account;
  const { source, data } = await settled(prepareInputs, { run, spec, directory: dirname(specFile), region, bucket });
  if (!data || !source) throw new Error(`${specFile} names data in S3`);
  return { run, attempt: 1, account, spec, instance: spec.train.instance[0] ?? '', source, data };
}

/** A training job of the inputs, done. */
export async function trained(input: TrainingInput): Promise<TrainedArtifact> {
  return settled(pipeline.awaitTraining, await settled(pipeline.submitTraining, input));
}

/** The failure that the activity ends with. */
export async function failureOf(ending: Promise<unknown>): Promise<ApplicationFailure> {
  const error = await ending.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ApplicationFailure)) throw new Error(`expected an ApplicationFailure, got ${String(error)}`);
  return error;
}

/** The end of the job's log that the failure carries. */
export function logOf(failure: ApplicationFailure): string {
  const [details] = (failure.details ?? []) as { log?: string[] }[];
  return details?.log?.join('\n') ?? '';
}
