import type { ResourceFault } from '../../aws/faults.ts';
import type { Tagged } from '../context.ts';
import type { ContainerDefinition } from '../models.ts';

export const DEFAULT_MAX_PAYLOAD_MB = 6;

/** The members of a CreateTransformJob request that shape the job here; the others are kept as they come. */
export interface TransformJobRequest extends Tagged {
  readonly TransformJobName: string;
  readonly ModelName: string;
  readonly MaxConcurrentTransforms?: number;
  readonly MaxPayloadInMB?: number;
  readonly BatchStrategy?: 'MultiRecord' | 'SingleRecord';
  readonly Environment?: Readonly<Record<string, string>>;
  readonly ModelClientConfig?: {
    readonly InvocationsTimeoutInSeconds?: number;
    readonly InvocationsMaxRetries?: number;
  };
  readonly TransformInput: {
    readonly DataSource: { readonly S3DataSource: { readonly S3DataType: string; readonly S3Uri: string } };
    readonly ContentType?: string;
    readonly CompressionType?: 'None' | 'Gzip';
    readonly SplitType?: string;
  };
  readonly TransformOutput: {
    readonly S3OutputPath: string;
    readonly Accept?: string;
    readonly AssembleWith?: 'None' | 'Line';
  };
  readonly TransformResources: { readonly InstanceType: string; readonly InstanceCount: number };
  readonly DataProcessing?: {
    readonly InputFilter?: string;
    readonly OutputFilter?: string;
    readonly JoinSource?: string;
  };
}

export interface TransformJob extends TransformJobRequest {
  readonly TransformJobArn: string;
  readonly CreationTime: number;
  LastModifiedTime: number;
  TransformStartTime?: number;
  TransformEndTime?: number;
  TransformJobStatus: 'InProgress' | 'Stopping' | 'Completed' | 'Failed' | 'Stopped';
  FailureReason?: string;
  /** As the model was when the job was made: it may be deleted while the job runs. */
  readonly container: ContainerDefinition;
  readonly fault: ResourceFault;
}
