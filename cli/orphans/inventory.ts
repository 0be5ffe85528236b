/** What Temper has made in AWS and is still there, by its names and tags. */
import { setTimeout as sleep } from 'node:timers/promises';
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
import { errorTypeOf, unlessNotFound } from '../../activities/errors.ts';
import { tagsOf } from '../../activities/sagemaker/tags.ts';
import { MADE_BY_A_RUN, s3Keys, TAGS } from '../../spec/naming.ts';

/** Something with the tags of a run on it. */
export interface Made {
  readonly name: string;
  /** Its status in AWS's words; configs and models have none. */
  readonly status?: string;
  /** ISO 8601. */
  readonly since?: string;
  readonly tags: ReadonlyMap<string, string>;
  /** The workflow id in its tags. */
  readonly run: string;
}

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
}

const PAGE = 100;
const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 250;
/** How many calls are under way at once: an account's lists may be long, and runs need the rate limit too. */
const AT_ONCE = 4;

/** Does the call, and again where AWS asks for patience. */
export async function patiently<T>(call: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call();
    } catch (error) {
      const type = errorTypeOf(error);
      if (attempt === ATTEMPTS || (type !== 'Throttled' && type !== 'Unavailable')) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** (attempt - 1));
    }
  }
}

/** Everything that the pages of a list hold. */
async function all<P extends { NextToken?: string | undefined }, T>(
  page: (NextToken: string | undefined) => Promise<P>,
  items: (page: P) => readonly T[] | undefined,
): Promise<T[]> {
  const found: T[] = [];
  let token: string | undefined;
  do {
    const answer = await patiently(() => page(token));
    found.push(...(items(answer) ?? []));
    token = answer.NextToken;
  } while (token);
  return found;
}

async function mapped<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let start = 0; start < items.length; start += AT_ONCE) {
    results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
  }
  return results;
}

interface Candidate {
  readonly name: string | undefined;
  readonly arn: string | undefined;
  readonly status?: string | undefined;
  readonly since: Date | undefined;
}

/** Of the candidates, those with names and tags of a run. */
async function madeByRuns({ sagemaker }: AwsClients, candidates: readonly Candidate[]): Promise<Made[]> {
  const named = candidates.filter(({ name, arn }) => arn && MADE_BY_A_RUN.test(name ?? ''));
  const made = await mapped(named, async ({ name = '', arn = '', status, since }): Promise<Made[]> => {
    const tags =
      (await patiently(() => unlessNotFound(`list the tags of ${arn}`, () => tagsOf(sagemaker, arn)))) ?? new Map();
    const run = tags.get(TAGS.run);
    if (!run) return [];
    return [{ name, ...(status && { status }), ...(since && { since: since.toISOString() }), tags, run }];
  });
  return made.flat();
}

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
  return { trainingJobs: await madeByRuns(clients, training), transformJobs: await madeByRuns(clients, transform) };
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
  return mapped(await madeByRuns(clients, candidates), async (config) => {
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
    clients,
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

/** Takes stock; without a bucket, of SageMaker alone. */
export async function takeInventory(clients: AwsClients, bucket: string | undefined): Promise<Inventory> {
  return {
    // Before anybody asks which runs are open: what a run makes after that is not among these.
    ...(await jobsUnderWay(clients)),
    endpoints: await allEndpoints(clients),
    configs: await allConfigs(clients),
    models: await allModels(clients),
    uploads: bucket ? await unfinishedUploads(clients, bucket) : [],
  };
}
