import type { ResourceFault } from '../../aws/faults.ts';
import { now } from '../../aws/operations.ts';
import type { Tagged } from '../context.ts';

export interface Channel {
  readonly ChannelName: string;
  readonly ContentType?: string;
  readonly RecordWrapperType?: string;
  readonly InputMode?: string;
  readonly DataSource: {
    readonly S3DataSource?: {
      readonly S3Uri: string;
      readonly S3DataType: string;
      readonly S3DataDistributionType?: string;
    };
  };
}

export interface MetricDefinition {
  readonly Name: string;
  readonly Regex: string;
}

/** The members of a CreateTrainingJob request that shape the job here; the others are kept as they come. */
export interface TrainingJobRequest extends Tagged {
  readonly TrainingJobName: string;
  readonly RoleArn: string;
  readonly HyperParameters?: Readonly<Record<string, string>>;
  readonly Environment?: Readonly<Record<string, string>>;
  readonly AlgorithmSpecification?: {
    readonly TrainingImage?: string;
    readonly TrainingInputMode?: string;
    readonly MetricDefinitions?: readonly MetricDefinition[];
  };
  readonly InputDataConfig?: readonly Channel[];
  readonly OutputDataConfig: { readonly S3OutputPath: string; readonly CompressionType?: 'GZIP' | 'NONE' };
  readonly ResourceConfig?: { readonly InstanceType?: string; readonly InstanceCount?: number };
  readonly StoppingCondition?: { readonly MaxRuntimeInSeconds?: number; readonly MaxWaitTimeInSeconds?: number };
  readonly EnableManagedSpotTraining?: boolean;
  readonly CheckpointConfig?: { readonly S3Uri: string; readonly LocalPath?: string };
}

export interface Transition {
  readonly Status: string;
  readonly StartTime: number;
  EndTime?: number;
  StatusMessage: string;
}

export interface Metric {
  readonly MetricName: string;
  Value: number;
  Timestamp: number;
}

/** A training job's record: the request, what DescribeTrainingJob adds to it, and the fault it was made with. */
export interface TrainingJob extends TrainingJobRequest {
  readonly TrainingJobArn: string;
  readonly CreationTime: number;
  LastModifiedTime: number;
  TrainingStartTime?: number;
  TrainingEndTime?: number;
  TrainingJobStatus: 'InProgress' | 'Stopping' | 'Completed' | 'Failed' | 'Stopped';
  SecondaryStatus: string;
  SecondaryStatusTransitions: Transition[];
  TrainingTimeInSeconds?: number;
  BillableTimeInSeconds?: number;
  FinalMetricDataList?: Metric[];
  ModelArtifacts?: { readonly S3ModelArtifacts: string };
  FailureReason?: string;
  readonly fault: ResourceFault;
}

/** The phases of a job in AWS's words. */
const MESSAGES = {
  Starting: 'Preparing the instances for training',
  Restarting: 'Restarting the training job',
  Downloading: 'Downloading the training image and input data',
  Training: 'Training image download completed. Training in progress.',
  Uploading: 'Uploading generated training model',
  Stopping: 'Stopping the training job',
  Completed: 'Training job completed',
  Failed: 'Training job failed',
  Stopped: 'Training job stopped',
  MaxRuntimeExceeded: 'Training job runtime exceeded MaxRuntimeInSeconds provided',
} as const;

export type Phase = keyof typeof MESSAGES;

export function isOver(job: TrainingJob): boolean {
  return job.TrainingJobStatus !== 'InProgress' && job.TrainingJobStatus !== 'Stopping';
}

/** Enters a phase; the one before ends. */
export function enter(job: TrainingJob, phase: Phase): void {
  const time = now();
  const last = job.SecondaryStatusTransitions.at(-1);
  if (last && last.EndTime === undefined) last.EndTime = time;
  job.SecondaryStatusTransitions.push({ Status: phase, StartTime: time, StatusMessage: MESSAGES[phase] });
  job.SecondaryStatus = phase;
  job.LastModifiedTime = time;
  if (phase === 'Downloading') job.TrainingStartTime ??= time;
}

const STATUS_OF = {
  Completed: 'Completed',
  Failed: 'Failed',
  Stopped: 'Stopped',
  MaxRuntimeExceeded: 'Stopped',
} as const;

export type Ending = keyof typeof STATUS_OF;

/** Ends the job. Billed is what it ran, in whole seconds. */
export function finish(job: TrainingJob, ending: Ending): void {
  enter(job, ending);
  const time = job.LastModifiedTime;
  const last = job.SecondaryStatusTransitions.at(-1);
  if (last) last.EndTime = time;
  job.TrainingJobStatus = STATUS_OF[ending];
  job.TrainingEndTime = time;
  if (job.TrainingStartTime === undefined) return;
  job.TrainingTimeInSeconds = Math.ceil(time - job.TrainingStartTime);
  job.BillableTimeInSeconds = job.TrainingTimeInSeconds;
}
