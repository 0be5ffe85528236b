/** Takes orphans away: each is stopped or deleted, and waited for. What is gone already is fine. */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  GetEvaluationJobCommand,
  GetModelCustomizationJobCommand,
  GetModelImportJobCommand,
  GetModelInvocationJobCommand,
  StopEvaluationJobCommand,
  StopModelCustomizationJobCommand,
  StopModelInvocationJobCommand,
} from '@aws-sdk/client-bedrock';
import { AbortMultipartUploadCommand } from '@aws-sdk/client-s3';
import {
  DeleteModelCommand,
  DescribeTrainingJobCommand,
  DescribeTransformJobCommand,
  StopTrainingJobCommand,
  StopTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import type { AwsClients } from '../../activities/aws.ts';
import { deleteCustomModel } from '../../activities/bedrock/custom-models.ts';
import { evaluationJobArn, invocationJobArn, runningStatus } from '../../activities/bedrock/named-jobs.ts';
import {
  BUSY,
  deleteConfig,
  deleteEndpoint,
  describeEndpoint,
  targetConfig,
  updateEndpoint,
} from '../../activities/deployment/endpoints.ts';
import { removeImported } from '../../activities/deployment/imported.ts';
import { onDemand } from '../../activities/deployment/on-demand.ts';
import { provisioned } from '../../activities/deployment/provisioned.ts';
import type { ServerKind, ServerOptions } from '../../activities/deployment/servers.ts';
import { errorTypeOf, unlessNotFound } from '../../activities/errors.ts';
import { NOT_RUNNING } from '../../activities/waiting.ts';
import { patiently } from './listing.ts';
import type { Orphan } from './orphan.ts';

const FIRST_LOOK_MS = 300;
const SLOWEST_LOOK_MS = 5_000;

/** Looks until the answer is true; throws the signal's reason when it is aborted. */
async function until(isOver: () => Promise<boolean>, signal: AbortSignal): Promise<void> {
  for (let pause = FIRST_LOOK_MS; !(await patiently(isOver)); pause = Math.min(pause * 1.3, SLOWEST_LOOK_MS)) {
    await sleep(pause, undefined, { signal });
  }
}

interface Job {
  readonly status: () => Promise<string | undefined>;
  readonly stop: () => Promise<unknown>;
}

async function endJob({ status, stop }: Job, signal: AbortSignal): Promise<void> {
  await until(async () => {
    const now = await status();
    if (now === 'InProgress') {
      // It ended between the look and the call: the next look sees it.
      await stop().catch((error: unknown) => {
        if (!NOT_RUNNING.has(errorTypeOf(error))) throw error;
      });
    }
    return now !== 'InProgress' && now !== 'Stopping';
  }, signal);
}

/** The endpoint is put back to what it served before, or deleted, once SageMaker is not busy with it. */
async function settleEndpoint({ sagemaker }: AwsClients, orphan: Orphan, signal: AbortSignal): Promise<void> {
  const { name, previous } = orphan;
  await until(async () => {
    const endpoint = await describeEndpoint(sagemaker, name);
    if (!endpoint || (previous && targetConfig(endpoint) === previous && endpoint.EndpointStatus === 'InService')) {
      return true;
    }
    if (BUSY.has(endpoint.EndpointStatus ?? '')) return false;
    if (previous) await updateEndpoint(sagemaker, name, previous);
    else await deleteEndpoint(sagemaker, name);
    return false;
  }, signal);
}

/** What serves on Bedrock is put back to what it had before, or deleted, once Bedrock is not busy with it. */
async function settleServer(
  { bedrock }: AwsClients,
  kind: Pick<ServerKind<ServerOptions>, 'find' | 'update' | 'remove'>,
  { arn = '', previous }: Orphan,
  signal: AbortSignal,
): Promise<void> {
  await until(async () => {
    const server = await kind.find(bedrock, arn);
    if (!server || (previous && server.model === previous && server.state === 'ready')) return true;
    if (server.state === 'busy') return false;
    if (previous) await kind.update(bedrock, arn, previous);
    else await kind.remove(bedrock, arn);
    return false;
  }, signal);
}

/** An import cannot be stopped: it is waited for, and what it made is deleted. */
async function endImport({ bedrock }: AwsClients, name: string, signal: AbortSignal): Promise<void> {
  await until(async () => {
    const job = await bedrock.send(new GetModelImportJobCommand({ jobIdentifier: name }));
    if (job.status === 'InProgress') return false;
    if (job.importedModelArn) await removeImported(bedrock, job.importedModelArn);
    return true;
  }, signal);
}

/** Takes one orphan away, and returns when it is gone. */
export async function removeOrphan(
  clients: AwsClients,
  orphan: Orphan,
  bucket: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const { kind, name } = orphan;
  const { sagemaker, bedrock, s3 } = clients;
  switch (kind) {
    case 'training job': {
      const job = { TrainingJobName: name };
      return endJob(
        {
          status: async () => (await sagemaker.send(new DescribeTrainingJobCommand(job))).TrainingJobStatus,
          stop: () => sagemaker.send(new StopTrainingJobCommand(job)),
        },
        signal,
      );
    }
    case 'customization job': {
      const job = { jobIdentifier: name };
      return endJob(
        {
          status: async () => (await bedrock.send(new GetModelCustomizationJobCommand(job))).status,
          stop: () => bedrock.send(new StopModelCustomizationJobCommand(job)),
        },
        signal,
      );
    }
    case 'transform job': {
      const job = { TransformJobName: name };
      return endJob(
        {
          status: async () => (await sagemaker.send(new DescribeTransformJobCommand(job))).TransformJobStatus,
          stop: () => sagemaker.send(new StopTransformJobCommand(job)),
        },
        signal,
      );
    }
    case 'batch inference job': {
      const job = { jobIdentifier: await patiently(() => invocationJobArn(bedrock, name)) };
      return endJob(
        {
          status: async () => runningStatus((await bedrock.send(new GetModelInvocationJobCommand(job))).status),
          stop: () => bedrock.send(new StopModelInvocationJobCommand(job)),
        },
        signal,
      );
    }
    case 'evaluation job': {
      const job = { jobIdentifier: await patiently(() => evaluationJobArn(bedrock, name)) };
      return endJob(
        {
          status: async () => (await bedrock.send(new GetEvaluationJobCommand(job))).status,
          stop: () => bedrock.send(new StopEvaluationJobCommand(job)),
        },
        signal,
      );
    }
    case 'endpoint':
      return settleEndpoint(clients, orphan, signal);
    case 'endpoint config':
      return patiently(() => deleteConfig(sagemaker, name));
    case 'model':
      await patiently(() =>
        unlessNotFound(`delete model ${name}`, () => sagemaker.send(new DeleteModelCommand({ ModelName: name }))),
      );
      return;
    case 'deployment':
      return settleServer(clients, onDemand, orphan, signal);
    case 'provisioned throughput':
      return settleServer(clients, provisioned, orphan, signal);
    case 'import job':
      return endImport(clients, name, signal);
    case 'imported model':
      return patiently(() => removeImported(bedrock, name));
    case 'custom model':
      return patiently(() => deleteCustomModel(bedrock, name));
    case 'upload':
      await patiently(() =>
        unlessNotFound(`abort the upload of ${name}`, () =>
          s3.send(new AbortMultipartUploadCommand({ Bucket: bucket, Key: name, UploadId: orphan.uploadId })),
        ),
      );
      return;
  }
}
