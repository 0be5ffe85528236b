import type { S3Client } from '@aws-sdk/client-s3';
import {
  CreateTrainingJobCommand,
  DescribeTrainingJobCommand,
  type DescribeTrainingJobResponse,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import type { ApplicationFailure } from '@temporalio/common';
import type { RunRef } from '../../spec/naming.ts';
import { type Metric, recordedNumber } from '../../spec/numbers.ts';
import type { TrainedArtifact } from '../../spec/record.ts';
import type { AwsProvider } from '../aws.ts';
import { failure, unlessNotFound } from '../errors.ts';
import { look, stillInProgress, stopJob } from '../waiting.ts';
import { holdsFiles } from './artifact.ts';
import { jobFailure } from './job-failure.ts';
import { jobLogTail, TRAINING_LOGS } from './logs.ts';
import { createOrAttach, isOf, resourceTags } from './tags.ts';
import { type TrainingInput, trainingRequest } from './training-request.ts';

/** A training job of a run, by name and region. */
export interface TrainingJobRef {
  readonly run: RunRef;
  readonly jobName: string;
  readonly region: string;
}

/** SageMaker statuses in which something new is expected within seconds. */
const CHANGE_IS_NEAR = new Set(['Starting', 'Downloading', 'Uploading', 'Stopping', 'Completed']);

function lastMetrics(job: DescribeTrainingJobResponse): Record<string, Metric> {
  const metrics = job.FinalMetricDataList ?? [];
  return Object.fromEntries(
    metrics.flatMap(({ MetricName, Value }) =>
      MetricName && Value !== undefined ? [[MetricName, recordedNumber(Value)]] : [],
    ),
  );
}

function trained(job: DescribeTrainingJobResponse, jobName: string): TrainedArtifact {
  const artifact = job.ModelArtifacts?.S3ModelArtifacts;
  if (!artifact) throw failure('JobFailed', `training job ${jobName} is Completed but names no model artifact`);
  return {
    engine: 'sagemaker',
    artifact,
    jobName,
    jobArn: job.TrainingJobArn ?? '',
    instance: job.ResourceConfig?.InstanceType ?? '',
    metrics: lastMetrics(job),
    trainingSeconds: job.TrainingTimeInSeconds ?? 0,
    billedSeconds: billedSeconds(job),
  };
}

function billedSeconds({ BillableTimeInSeconds, TrainingTimeInSeconds, ResourceConfig }: DescribeTrainingJobResponse) {
  return (BillableTimeInSeconds ?? TrainingTimeInSeconds ?? 0) * (ResourceConfig?.InstanceCount ?? 1);
}

/** How a job ended that was stopped; what it had saved by then is kept, and goes no further. */
async function stopped(s3: S3Client, job: DescribeTrainingJobResponse, jobName: string): Promise<ApplicationFailure> {
  switch (job.SecondaryStatus) {
    case 'MaxRuntimeExceeded': {
      const artifact = job.ModelArtifacts?.S3ModelArtifacts;
      const saved =
        artifact && (await holdsFiles(s3, artifact)) ? `what it had saved is ${artifact}` : 'it had saved no model';
      const limit = `${job.StoppingCondition?.MaxRuntimeInSeconds} s`;
      return failure(
        'MaxRuntimeExceeded',
        `training job ${jobName} was stopped after its limit of ${limit}; raise train.maxRuntime; ${saved}`,
      );
    }
    case 'MaxWaitTimeExceeded':
      return failure('CapacityUnavailable', `training job ${jobName} was stopped: it waited too long for a machine`);
    default:
      return failure('JobStopped', `training job ${jobName} was stopped: somebody stopped it`);
  }
}

/** Training jobs of SageMaker. */
export function createTrainingActivities({ aws }: { aws: AwsProvider }) {
  return {
    /** Creates the job, or attaches to the one that is there. */
    async submitTraining(input: TrainingInput): Promise<TrainingJobRef> {
      const { sagemaker } = aws(input.account.region);
      const request = trainingRequest(input);
      const jobName = request.TrainingJobName;
      const Tags = resourceTags(input.run, 'train', request);
      await createOrAttach(
        sagemaker,
        `training job ${jobName}`,
        Tags,
        () => sagemaker.send(new CreateTrainingJobCommand({ ...request, Tags })),
        async () => (await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName }))).TrainingJobArn,
      );
      return { run: input.run, jobName, region: input.account.region };
    },

    /** Looks once at the job. Fails with `InProgress` until it is done; `JobFailed` carries the end of its log. */
    async awaitTraining({ jobName, region }: TrainingJobRef): Promise<TrainedArtifact> {
      const { sagemaker, s3, logs } = aws(region);
      const job = await look(`describe training job ${jobName}`, () =>
        sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName })),
      );
      const secondaryStatus = job.SecondaryStatus;
      switch (job.TrainingJobStatus) {
        case 'Completed': {
          const model = trained(job, jobName);
          if (await look(`look into ${model.artifact}`, () => holdsFiles(s3, model.artifact))) return model;
          throw failure(
            'NoModel',
            `training job ${jobName} left no model: ${model.artifact} holds no file; save the model to the directory in SM_MODEL_DIR`,
          );
        }
        case 'InProgress':
        case 'Stopping':
          throw stillInProgress(
            {
              resource: jobName,
              status: job.TrainingJobStatus,
              ...(secondaryStatus ? { secondaryStatus } : {}),
              metrics: lastMetrics(job),
            },
            CHANGE_IS_NEAR.has(secondaryStatus ?? ''),
          );
        case 'Stopped':
          throw await look(`look into the artifact of ${jobName}`, () => stopped(s3, job, jobName));
        case 'Failed': {
          const log = await jobLogTail(logs, TRAINING_LOGS, jobName);
          throw jobFailure(`training job ${jobName}`, job.FailureReason, { log, billedSeconds: billedSeconds(job) });
        }
        default:
          throw failure('JobFailed', `training job ${jobName} has the unknown status ${job.TrainingJobStatus}`);
      }
    },

    /**
     * Stops the job and waits for its end. A job that is over, or was never created, is fine; what has its name and is not
     * the run's goes on.
     */
    async stopTraining({ run, jobName, region }: TrainingJobRef): Promise<void> {
      const { sagemaker } = aws(region);
      const job = await unlessNotFound(`describe training job ${jobName}`, () =>
        sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: jobName })),
      );
      const stop = () => sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: jobName }));
      if (job?.TrainingJobArn && (await isOf(sagemaker, run, job.TrainingJobArn)))
        await stopJob(jobName, job.TrainingJobStatus, stop);
    },
  };
}
