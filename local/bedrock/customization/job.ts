import type { Customization } from '../../../spec/bedrock/customization.ts';
import type { ResourceFault } from '../../aws/faults.ts';
import type { Json } from '../../aws/model.ts';
import { now } from '../../aws/operations.ts';
import type { Tag } from '../context.ts';
import type { Resource } from '../resources.ts';

export const PHASES = ['validation', 'dataProcessing', 'training'] as const;
export type Phase = (typeof PHASES)[number];

type Status = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';

interface PhaseDetails {
  status: Status | 'NotStarted';
  creationTime?: number;
  lastModifiedTime?: number;
}

/** Of a CreateModelCustomizationJob request, what shapes the job here; the rest is kept as it came. */
export interface JobRequest extends Json {
  readonly jobName: string;
  readonly customModelName: string;
  readonly roleArn: string;
  readonly baseModelIdentifier: string;
  readonly customizationType?: string;
  readonly customModelKmsKeyId?: string;
  readonly jobTags?: readonly Tag[];
  readonly customModelTags?: readonly Tag[];
  readonly trainingDataConfig: {
    readonly s3Uri?: string;
    readonly invocationLogsConfig?: {
      readonly usePromptResponse?: boolean;
      readonly invocationLogSource: { readonly s3Uri?: string };
      readonly requestMetadataFilters?: Json;
    };
  };
  readonly validationDataConfig?: { readonly validators: readonly { readonly s3Uri: string }[] };
  readonly outputDataConfig: { readonly s3Uri: string };
  readonly hyperParameters?: Readonly<Record<string, string>>;
  readonly customizationConfig?: {
    readonly distillationConfig?: {
      readonly teacherModelConfig: {
        readonly teacherModelIdentifier: string;
        readonly maxResponseLengthForInference?: number;
      };
    };
    readonly rftConfig?: {
      readonly graderConfig?: { readonly lambdaGrader?: { readonly lambdaArn: string } };
      readonly hyperParameters?: Json;
    };
  };
}

/** A customization job's record. */
export interface CustomizationJob extends Resource {
  readonly given: JobRequest;
  readonly customization: Customization;
  /** Id of the foundation model under all customizations. */
  readonly foundationModelId: string;
  /** What is customized: a foundation model, or a custom model that is customized further. */
  readonly customizedArn: string;
  /** Of the foundation model. */
  readonly baseModelArn: string;
  /** Id of the custom model to be, so that a job that is run again makes the same. */
  readonly modelId: string;
  status: Status;
  readonly statusDetails: Readonly<Record<Phase, PhaseDetails>>;
  readonly creationTime: number;
  lastModifiedTime: number;
  endTime?: number;
  failureMessage?: string;
  outputModelArn?: string;
  trainingMetrics?: { readonly trainingLoss: number };
  validationMetrics?: readonly { readonly validationLoss: number }[];
  readonly fault: ResourceFault;
}

export function notStarted(): CustomizationJob['statusDetails'] {
  return {
    validation: { status: 'NotStarted' },
    dataProcessing: { status: 'NotStarted' },
    training: { status: 'NotStarted' },
  };
}

export function isOver({ status }: CustomizationJob): boolean {
  return status !== 'InProgress' && status !== 'Stopping';
}

/** Marks a phase; one that is completed stays so when its job is run again. */
export function mark(job: CustomizationJob, phase: Phase, status: Status): void {
  const details = job.statusDetails[phase];
  if (details.status === 'Completed') return;
  job.lastModifiedTime = now();
  details.status = status;
  details.creationTime ??= job.lastModifiedTime;
  details.lastModifiedTime = job.lastModifiedTime;
}

/** Brings the job to a status, and the phase it is in with it. */
export function enter(job: CustomizationJob, status: Exclude<Status, 'InProgress'>): void {
  for (const phase of PHASES) {
    if (['InProgress', 'Stopping'].includes(job.statusDetails[phase].status)) mark(job, phase, status);
  }
  job.status = status;
  job.lastModifiedTime = now();
  if (isOver(job)) job.endTime = job.lastModifiedTime;
}

/** As GetModelCustomizationJob tells it. */
export function described(job: CustomizationJob): Json {
  const { given, arn, name, statusDetails, request: _, fault: __, ...rest } = job;
  return {
    // AWS tells of validation data in any case.
    validationDataConfig: { validators: [] },
    ...given,
    ...rest,
    jobArn: arn,
    jobName: name,
    outputModelName: given.customModelName,
    outputModelKmsKeyArn: given.customModelKmsKeyId,
    customizationType: given.customizationType ?? 'FINE_TUNING',
    statusDetails: Object.fromEntries(PHASES.map((phase) => [`${phase}Details`, statusDetails[phase]])),
  };
}
