import { type AwsError, validationError } from '../../aws/protocol.ts';
import { parseS3Uri } from '../../aws/s3.ts';
import { packagesOf } from '../images.ts';
import type { Channel, TrainingJobRequest } from './job.ts';
import { MetricScanner } from './metrics.ts';

/** What AWS checks beyond its model, and what a laptop cannot do. Throws a ValidationException. */
export function checkRequest(request: TrainingJobRequest): void {
  const { AlgorithmSpecification: algorithm, ResourceConfig: resources, StoppingCondition: stopping } = request;
  const image = algorithm?.TrainingImage;
  if (!image)
    throw validationError('The laptop region trains by AlgorithmSpecification.TrainingImage; the request has none');
  packagesOf(image);
  if (!resources?.InstanceType) throw validationError('ResourceConfig must have an InstanceType');
  if ((resources.InstanceCount ?? 1) > 1)
    throw validationError(`The laptop region runs a job on one instance; InstanceCount is ${resources.InstanceCount}`);
  const { MaxRuntimeInSeconds: runtime = 86_400, MaxWaitTimeInSeconds: wait } = stopping ?? {};
  if (request.EnableManagedSpotTraining && wait === undefined)
    throw validationError('MaxWaitTimeInSeconds must be present when EnableManagedSpotTraining is true');
  if (!request.EnableManagedSpotTraining && wait !== undefined)
    throw validationError(
      'Invalid MaxWaitTimeInSeconds. It must not be present unless EnableManagedSpotTraining is true',
    );
  if (wait !== undefined && wait < runtime)
    throw validationError(
      'Invalid MaxWaitTimeInSeconds. It must be present and be greater than or equal to MaxRuntimeInSeconds',
    );
  new MetricScanner(algorithm.MetricDefinitions);
  checkS3Uri(request.OutputDataConfig.S3OutputPath);
  const names = new Set<string>();
  for (const channel of request.InputDataConfig ?? []) {
    if (names.has(channel.ChannelName)) throw validationError(`Duplicate channel name: ${channel.ChannelName}`);
    names.add(channel.ChannelName);
    checkChannel(channel, algorithm.TrainingInputMode);
  }
  const path = request.CheckpointConfig?.LocalPath;
  if (path !== undefined && !path.startsWith('/opt/ml/'))
    throw validationError(`CheckpointConfig.LocalPath must lie below /opt/ml in the laptop region; it is ${path}`);
}

function checkChannel(channel: Channel, defaultMode: string | undefined): void {
  const source = channel.DataSource.S3DataSource;
  const where = `Channel ${channel.ChannelName}`;
  if (!source) throw validationError(`${where} must have an S3DataSource: the laptop region has no file systems`);
  if (source.S3DataType !== 'S3Prefix')
    throw validationError(`${where} has S3DataType ${source.S3DataType}; the laptop region reads S3Prefix`);
  const mode = channel.InputMode ?? defaultMode ?? 'File';
  if (mode === 'Pipe')
    throw validationError(`${where} has input mode Pipe; the laptop region reads channels in File mode`);
  checkS3Uri(source.S3Uri);
}

function checkS3Uri(uri: string): void {
  try {
    parseS3Uri(uri);
  } catch {
    throw validationError(`Invalid S3 URI: ${uri}`);
  }
}

/** AWS's answer to a prefix that holds nothing. */
export function noObjects(uri: string, roleArn: string, region: string): AwsError {
  return validationError(
    `No S3 objects found under S3 URL "${uri}" given in input data source. Please ensure that the bucket exists in the selected region (${region}), that objects exist under that S3 prefix, and that the role "${roleArn}" has "s3:ListBucket" permissions on bucket "${parseS3Uri(uri).bucket}".`,
  );
}
