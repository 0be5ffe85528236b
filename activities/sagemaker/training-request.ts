import type { Channel, CreateTrainingJobRequest } from '@aws-sdk/client-sagemaker';
import { durationSeconds } from '../../spec/duration.ts';
import type { SageMakerSpec } from '../../spec/engine.ts';
import { imageUri } from '../../spec/images.ts';
import { type RunRef, s3Keys, trainingJobName } from '../../spec/naming.ts';
import type { Account, DataSet, ModelRef, SourceBundle } from '../../spec/record.ts';

/** What a training job is made from. */
export interface TrainingInput {
  readonly run: RunRef;
  readonly attempt: number;
  readonly account: Account;
  readonly spec: SageMakerSpec;
  /** The instance type of this attempt, one of the spec's. */
  readonly instance: string;
  readonly data: DataSet;
  readonly source: SourceBundle;
  readonly base?: ModelRef;
}

function channel(name: string, uri: string, contentType: string): Channel {
  return {
    ChannelName: name,
    ContentType: contentType,
    InputMode: 'File',
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri, S3DataDistributionType: 'FullyReplicated' } },
  };
}

/**
 * A script-mode training job as SageMaker's training toolkit reads it: hyperparameters are JSON texts, the toolkit's own
 * begin with `sagemaker_`. The test split stays away: what is trained on must not be what is scored.
 */
export function trainingRequest(input: TrainingInput): CreateTrainingJobRequest & { TrainingJobName: string } {
  const { run, account, data, source, base } = input;
  const { train } = input.spec;
  const jobName = trainingJobName(run, input.attempt);
  const script = train.script.split('/').at(-1);
  const hyperparameters = {
    ...train.hyperparameters,
    sagemaker_program: script,
    sagemaker_submit_directory: source.uri,
    sagemaker_container_log_level: 20,
    sagemaker_job_name: jobName,
    sagemaker_region: account.region,
  };
  const { train: rows, validation } = data.splits;
  return {
    TrainingJobName: jobName,
    RoleArn: account.roleArn,
    AlgorithmSpecification: {
      TrainingImage: imageUri(train.image, account.region),
      TrainingInputMode: 'File',
      MetricDefinitions: Object.entries(train.metrics).map(([Name, Regex]) => ({ Name, Regex })),
    },
    HyperParameters: Object.fromEntries(
      Object.entries(hyperparameters).map(([key, value]) => [key, JSON.stringify(value)]),
    ),
    Environment: train.environment,
    InputDataConfig: [
      ...(rows ? [channel('train', rows.uri, 'application/jsonlines')] : []),
      ...(validation ? [channel('validation', validation.uri, 'application/jsonlines')] : []),
      ...(base ? [channel('model', base.artifact, 'application/x-sagemaker-model')] : []),
    ],
    OutputDataConfig: { S3OutputPath: `s3://${account.bucket}/${s3Keys.runOutput(run)}` },
    ResourceConfig: {
      InstanceType: input.instance,
      InstanceCount: train.instanceCount,
      VolumeSizeInGB: train.volumeGb,
    } as CreateTrainingJobRequest['ResourceConfig'],
    StoppingCondition: { MaxRuntimeInSeconds: durationSeconds(train.maxRuntime) },
  };
}
