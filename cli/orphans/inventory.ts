/** What Temper has made in AWS and is still there, by its names and tags. */
import { ListMultipartUploadsCommand, type MultipartUpload } from '@aws-sdk/client-s3';
import {
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  type DescribeEndpointOutput,
  ListEndpointConfigsCommand,
  ListEndpointsCommand,
  ListModelsCommand,
  ListTrainingJobsCommand,
  ListTransformJobsCommand,
} from '@aws-sdk/client-sagemaker';
import type { AwsClients } from '../../activities/aws.ts';
import { unlessNotFound } from '../../activities/errors.ts';
import type { Tags } from '../../activities/ownership.ts';
import { tagsOf } from '../../activities/sagemaker/tags.ts';
import { s3Keys, TAGS } from '../../spec/naming.ts';
import { type BedrockInventory, takeBedrockInventory } from './bedrock-inventory.ts';
import { all, type Candidate, type Made, madeByRuns, mapped, patiently } from './listing.ts';

export interface MadeConfig extends Made {
  readonly models: readonly string[];
}

/** Any endpoint, whoever made it: what is on it is in use. */
export interface FoundEndpoint {
  readonly name: string;
  readonly status: string;
  readonly since?: string;
  /** The configs on it and on their way to it. */
  readonly configs: readonly string[];
  /** The workflow id in its tags; absent where Temper did not make it. */
  readonly run?: string;
}

export interface Inventory {
  readonly trainingJobs: readonly Made[];
  readonly transformJobs: readonly Made[];
  readonly endpoints: readonly FoundEndpoint[];
  readonly configs: readonly MadeConfig[];
  readonly models: readonly Made[];
  readonly uploads: readonly MultipartUpload[];
  readonly bedrock: BedrockInventory;
}

const PAGE = 100;

const tagsIn =
  ({ sagemaker }: AwsClients) =>
  (arn: string): Promise<Tags> =>
    tagsOf(sagemaker, arn);

/** Jobs that are not over, as those that are bill nothing more. */
async function jobsUnderWay(clients: AwsClients): Promise<Pick<Inventory, 'trainingJobs' | 'transformJobs'>> {
  const { sagemaker } = clients;
  const training: Candidate[] = [];
  const transform: Candidate[] = [];
  for (const StatusEquals of ['InProgress', 'Stopping'] as const) {
    const filter = { StatusEquals, MaxResults: PAGE };
    const jobs = await all(
      (NextToken) => sagemaker.send(new ListTrainingJobsCommand({ ...filter, NameContains: '-train', NextToken })),
      (page) => page.TrainingJobSummaries,
    );
    for (const job of jobs) {
      training.push({
        name: job.TrainingJobName,
        arn: job.TrainingJobArn,
        status: StatusEquals,
        since: job.CreationTime,
      });
    }
    const transforms = await all(
      (NextToken) => sagemaker.send(new ListTransformJobsCommand({ ...filter, NameContains: '-eval-', NextToken })),
      (page) => page.TransformJobSummaries,
    );
    for (const job of transforms) {
      transform.push({
        name: job.TransformJobName,
        arn: job.TransformJobArn,
        status: StatusEquals,
        since: job.CreationTime,
      });
    }
  }
  return {
    trainingJobs: await madeByRuns(tagsIn(clients), training),
    transformJobs: await madeByRuns(tagsIn(clients), transform),
  };
}

function configsOn({ EndpointConfigName, PendingDeploymentSummary }: DescribeEndpointOutput): string[] {
  return [EndpointConfigName, PendingDeploymentSummary?.EndpointConfigName].filter((name) => name !== undefined);
}

async function allEndpoints({ sagemaker }: AwsClients): Promise<FoundEndpoint[]> {
  const summaries = await all(
    (NextToken) => sagemaker.send(new ListEndpointsCommand({ MaxResults: PAGE, NextToken })),
    (page) => page.Endpoints,
  );
  const found = await mapped(summaries, async ({ EndpointName = '' }): Promise<FoundEndpoint[]> => {
    const endpoint = await patiently(() =>
      unlessNotFound(`describe endpoint ${EndpointName}`, () =>
        sagemaker.send(new DescribeEndpointCommand({ EndpointName })),
      ),
    );
    if (!endpoint?.EndpointArn) return [];
    const arn = endpoint.EndpointArn;
    const run = (await patiently(() => tagsOf(sagemaker, arn))).get(TAGS.run);
    const { EndpointStatus: status = '', CreationTime: since } = endpoint;
    const known = { ...(since && { since: since.toISOString() }), ...(run && { run }) };
    return [{ name: EndpointName, status, configs: configsOn(endpoint), ...known }];
  });
  return found.flat();
}

async function allConfigs(clients: AwsClients): Promise<MadeConfig[]> {
  const { sagemaker } = clients;
  const summaries = await all(
    (NextToken) => sagemaker.send(new ListEndpointConfigsCommand({ MaxResults: PAGE, NextToken })),
    (page) => page.EndpointConfigs,
  );
  const candidates = summaries.map((each) => ({
    name: each.EndpointConfigName,
    arn: each.EndpointConfigArn,
    since: each.CreationTime,
  }));
  return mapped(await madeByRuns(tagsIn(clients), candidates), async (config) => {
    const described = await patiently(() =>
      unlessNotFound(`describe endpoint config ${config.name}`, () =>
        sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: config.name })),
      ),
    );
    const models = (described?.ProductionVariants ?? []).flatMap(({ ModelName }) => (ModelName ? [ModelName] : []));
    return { ...config, models };
  });
}

async function allModels(clients: AwsClients): Promise<Made[]> {
  const summaries = await all(
    (NextToken) => clients.sagemaker.send(new ListModelsCommand({ MaxResults: PAGE, NextToken })),
    (page) => page.Models,
  );
  return madeByRuns(
    tagsIn(clients),
    summaries.map(({ ModelName, ModelArn, CreationTime }) => ({ name: ModelName, arn: ModelArn, since: CreationTime })),
  );
}

/** Multipart uploads that were begun and not finished: their parts are stored, and seen nowhere. */
async function unfinishedUploads({ s3 }: AwsClients, Bucket: string): Promise<MultipartUpload[]> {
  const found: MultipartUpload[] = [];
  let marker: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } | undefined;
  do {
    const request = new ListMultipartUploadsCommand({ Bucket, Prefix: s3Keys.root, ...marker });
    const page = await patiently(() => s3.send(request));
    found.push(...(page.Uploads ?? []));
    const { IsTruncated, NextKeyMarker: KeyMarker, NextUploadIdMarker: UploadIdMarker } = page;
    marker = IsTruncated ? { KeyMarker, UploadIdMarker } : undefined;
  } while (marker);
  return found;
}

/** Takes stock; without a bucket, of no uploads. */
export async function takeInventory(clients: AwsClients, bucket: string | undefined): Promise<Inventory> {
  return {
    // Before anybody asks which runs are open: what a run makes after that is not among these.
    ...(await jobsUnderWay(clients)),
    bedrock: await takeBedrockInventory(clients),
    endpoints: await allEndpoints(clients),
    configs: await allConfigs(clients),
    models: await allModels(clients),
    uploads: bucket ? await unfinishedUploads(clients, bucket) : [],
  };
}
