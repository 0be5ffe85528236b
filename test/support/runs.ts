/** Runs of small projects in a region, and what they leave there. */
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { BedrockClient } from '@aws-sdk/client-bedrock';
import { ListMultipartUploadsCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListTrainingJobsCommand,
  ListTransformJobsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { expect } from 'vitest';
import type { ExitCode } from '../../cli/errors.ts';
import type { RunRecord } from '../../spec/record.ts';
import { type CliResult, cli } from '../cli/support/cli.ts';
import { type KeywordOptions, writeKeywordProject } from './keyword-project.ts';
import { temporaryDirectory } from './region.ts';

export type Env = Readonly<Record<string, string>>;

export interface Project {
  readonly name: string;
  readonly specFile: string;
  /** The training script of a project that waits, waits for this file. */
  readonly go: string;
}

export type ProjectOptions = Omit<KeywordOptions, 'name' | 'waitFor'> & { waits?: boolean };

/** A project under a name of its own. */
export async function project({ waits = false, ...options }: ProjectOptions = {}): Promise<Project> {
  const directory = await temporaryDirectory();
  const name = `e2e-${randomUUID().slice(0, 8)}`;
  const go = join(directory, 'go');
  const waitFor = waits ? { waitFor: go } : {};
  const { specFile } = await writeKeywordProject(join(directory, 'project'), { name, ...options, ...waitFor });
  return { name, specFile, go };
}

const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };

export function sagemaker(env: Env): SageMakerClient {
  const { AWS_ENDPOINT_URL_SAGEMAKER: endpoint = '', AWS_REGION: region = '' } = env;
  return new SageMakerClient({ endpoint, region, credentials });
}

export function bedrock(env: Env): BedrockClient {
  const { AWS_ENDPOINT_URL_BEDROCK: endpoint = '', AWS_REGION: region = '' } = env;
  return new BedrockClient({ endpoint, region, credentials });
}

export function s3(env: Env): S3Client {
  const { AWS_ENDPOINT_URL_S3: endpoint = '', AWS_REGION: region = '' } = env;
  return new S3Client({ endpoint, region, credentials, forcePathStyle: true });
}

/** Everything of the name that bills or lies around: statuses of jobs and endpoints, and counts of the rest. */
export async function resourcesOf(env: Env, NameContains: string) {
  const [client, store] = [sagemaker(env), s3(env)];
  const only = { NameContains, MaxResults: 100 };
  const [training, transform, models, configs, endpoints, uploads] = await Promise.all([
    client.send(new ListTrainingJobsCommand(only)),
    client.send(new ListTransformJobsCommand(only)),
    client.send(new ListModelsCommand(only)),
    client.send(new ListEndpointConfigsCommand(only)),
    client.send(new ListEndpointsCommand(only)),
    store.send(new ListMultipartUploadsCommand({ Bucket: env.TEMPER_BUCKET, Prefix: `temper/${NameContains}` })),
  ]);
  client.destroy();
  store.destroy();
  return {
    training: (training.TrainingJobSummaries ?? []).map((job) => job.TrainingJobStatus),
    transform: (transform.TransformJobSummaries ?? []).map((job) => job.TransformJobStatus),
    models: (models.Models ?? []).length,
    configs: (configs.EndpointConfigs ?? []).length,
    endpoints: (endpoints.Endpoints ?? []).map((endpoint) => endpoint.EndpointStatus),
    uploads: (uploads.Uploads ?? []).length,
  };
}

/** The keys of the region's objects under a prefix. */
export async function keysOf(env: Env, Prefix: string): Promise<string[]> {
  const store = s3(env);
  const { Contents = [] } = await store.send(new ListObjectsV2Command({ Bucket: env.TEMPER_BUCKET, Prefix }));
  store.destroy();
  return Contents.map(({ Key = '' }) => Key);
}

/** What a run leaves that passed: each once. */
export const HANDED_OVER: Awaited<ReturnType<typeof resourcesOf>> = {
  training: ['Completed'],
  transform: ['Completed'],
  models: 1,
  configs: 1,
  endpoints: ['InService'],
  uploads: 0,
};

/** The artifact that the endpoint of the name answers with. */
export async function servedArtifact(env: Env, EndpointName: string): Promise<string | undefined> {
  const client = sagemaker(env);
  const { EndpointConfigName } = await client.send(new DescribeEndpointCommand({ EndpointName }));
  const { ProductionVariants = [] } = await client.send(new DescribeEndpointConfigCommand({ EndpointConfigName }));
  const { PrimaryContainer } = await client.send(
    new DescribeModelCommand({ ModelName: ProductionVariants[0]?.ModelName }),
  );
  client.destroy();
  return PrimaryContainer?.ModelDataUrl;
}

/** The record of the newest run of a name. */
export async function recordOf(env: Env, name: string): Promise<RunRecord> {
  return JSON.parse((await cli(['show', name, '--json'], { env })).stdout) as RunRecord;
}

/** A command that ends otherwise shows what it said. */
export function expectExit({ exitCode, stdout, stderr }: CliResult, expected: ExitCode): void {
  expect(exitCode, stdout + stderr).toBe(expected);
}
