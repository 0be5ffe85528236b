import {
  CreateModelCustomizationJobCommand,
  GetModelCustomizationJobCommand,
  type GetModelCustomizationJobResponse,
  StopModelCustomizationJobCommand,
} from '@aws-sdk/client-bedrock';
import type { S3Client } from '@aws-sdk/client-s3';
import { customModelName, type RunRef, trainingJobName } from '../../spec/naming.ts';
import { type Metric, recordedNumber } from '../../spec/numbers.ts';
import type { Account, CustomizedModel } from '../../spec/record.ts';
import type { AwsProvider } from '../aws.ts';
import { errorTypeOf, failure, unlessNotFound } from '../errors.ts';
import { ownTags } from '../ownership.ts';
import { look, stillInProgress, stopJob } from '../waiting.ts';
import { isOf, removeCustomModel } from './custom-models.ts';
import { type CustomizationInput, customizationOutput, customizationRequest } from './customization-request.ts';
import { customizationFailure } from './job-failure.ts';
import { lastMetrics } from './step-metrics.ts';
import { bedrockTags, createOrAttach } from './tags.ts';

/** One attempt of a run at a customization job. */
export interface CustomizationRef {
  readonly run: RunRef;
  readonly attempt: number;
  readonly account: Account;
}

export interface CustomizationWait extends CustomizationRef {
  /** Id of the model that is customized. */
  readonly base: string;
  /** The job is stopped when it is that old: Bedrock has no limit for it. */
  readonly maxSeconds: number;
}

/** What Bedrock's three steps are to people, in their order. */
const PHASES = [
  ['validationDetails', 'Validating data'],
  ['dataProcessingDetails', 'Processing data'],
  ['trainingDetails', 'Training'],
] as const;

/** The step that the job has come to, in words. */
function phaseOf({ statusDetails = {} }: GetModelCustomizationJobResponse): string | undefined {
  const begun = PHASES.filter(([step]) => (statusDetails[step]?.status ?? 'NotStarted') !== 'NotStarted');
  return begun.at(-1)?.[1];
}

const secondsOf = ({ creationTime, endTime }: GetModelCustomizationJobResponse, now = new Date()): number =>
  creationTime ? ((endTime ?? now).getTime() - creationTime.getTime()) / 1000 : 0;

/** The metrics of the steps; where the files may not be read, those that the job itself has. */
async function metricsOf(
  s3: S3Client,
  job: GetModelCustomizationJobResponse,
  output: string,
): Promise<Record<string, Metric>> {
  const [validation] = job.validationMetrics ?? [];
  const ofJob = { training_loss: job.trainingMetrics?.trainingLoss, validation_loss: validation?.validationLoss };
  const known = Object.entries(ofJob).filter((entry): entry is [string, number] => entry[1] !== undefined);
  const ofSteps = await lastMetrics(s3, output).catch((error: unknown) => {
    if (errorTypeOf(error) === 'AccessDenied') return {};
    throw error;
  });
  return { ...Object.fromEntries(known.map(([name, value]) => [name, recordedNumber(value)])), ...ofSteps };
}

/** Customization jobs of Bedrock. */
export function createCustomizationActivities({ aws }: { aws: AwsProvider }) {
  return {
    /** Creates the job, or attaches to the one that is there. */
    async submitCustomization(input: CustomizationInput): Promise<void> {
      const { bedrock } = aws(input.account.region);
      const request = customizationRequest(input);
      const { jobName } = request;
      const own = ownTags(input.run, 'train', request);
      const tags = bedrockTags(new Map([...Object.entries(input.spec.train.tags), ...own]));
      await createOrAttach(
        bedrock,
        `customization job ${jobName}`,
        own,
        () =>
          bedrock.send(new CreateModelCustomizationJobCommand({ ...request, jobTags: tags, customModelTags: tags })),
        async () => (await bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier: jobName }))).jobArn,
      );
    },

    /**
     * Looks once at the job. Fails with `InProgress` until it is done. A job that is older than it may be is stopped, and
     * ends with `MaxRuntimeExceeded`.
     */
    async awaitCustomization(wait: CustomizationWait): Promise<CustomizedModel> {
      const { run, attempt, account, base, maxSeconds } = wait;
      const { bedrock, s3 } = aws(account.region);
      const jobName = trainingJobName(run, attempt);
      const what = `customization job ${jobName}`;
      const output = customizationOutput(account, run, jobName);
      const job = await look(`describe ${what}`, () =>
        bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier: jobName })),
      );
      const readMetrics = () => look(`read the metrics of ${what}`, () => metricsOf(s3, job, output));
      switch (job.status) {
        case 'Completed': {
          const { jobArn = '', outputModelArn: customModel, outputModelName: modelName = '' } = job;
          if (!customModel) throw failure('JobFailed', `${what} is Completed but names no custom model`);
          const metrics = await readMetrics();
          const trainingSeconds = Math.round(secondsOf(job));
          return { engine: 'bedrock', jobName, jobArn, customModel, modelName, base, metrics, output, trainingSeconds };
        }
        case 'InProgress': {
          if (secondsOf(job) > maxSeconds) {
            await stopJob(jobName, job.status, () =>
              bedrock.send(new StopModelCustomizationJobCommand({ jobIdentifier: jobName })),
            );
          }
          const secondaryStatus = phaseOf(job);
          const isTraining = secondaryStatus === 'Training';
          throw stillInProgress(
            {
              resource: jobName,
              status: job.status,
              ...(secondaryStatus && { secondaryStatus }),
              ...(isTraining && { metrics: await readMetrics() }),
            },
            job.statusDetails?.trainingDetails?.status === 'Completed',
          );
        }
        case 'Stopping':
          throw stillInProgress({ resource: jobName, status: job.status }, true);
        case 'Stopped':
          if (secondsOf(job) >= maxSeconds) {
            throw failure(
              'MaxRuntimeExceeded',
              `${what} was stopped after its limit of ${maxSeconds} s; raise train.maxRuntime`,
            );
          }
          throw failure('JobStopped', `${what} was stopped: somebody stopped it`);
        case 'Failed':
          throw customizationFailure(what, base, job.failureMessage);
        default:
          throw failure('JobFailed', `${what} has the unknown status ${job.status}`);
      }
    },

    /**
     * Stops the job, waits for its end and deletes the custom model that it may have made all the same. A job that is over,
     * or was never created, is fine; what has its name and is not the run's stays.
     */
    async stopCustomization({ run, attempt, account }: CustomizationRef): Promise<void> {
      const { bedrock } = aws(account.region);
      const jobName = trainingJobName(run, attempt);
      const jobIdentifier = jobName;
      const job = await unlessNotFound(`describe customization job ${jobName}`, () =>
        bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier })),
      );
      if (job?.jobArn && (await isOf(bedrock, run, job.jobArn))) {
        await stopJob(jobName, job.status, () => bedrock.send(new StopModelCustomizationJobCommand({ jobIdentifier })));
      }
      await removeCustomModel(bedrock, run, customModelName(run, attempt));
    },
  };
}
