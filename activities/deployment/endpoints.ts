import {
  AddTagsCommand,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  type DataCaptureConfig,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DeleteTagsCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  type DescribeEndpointOutput,
  type SageMakerClient,
  type Tag,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import type { Capture } from '../../spec/capture.ts';
import { TAGS } from '../../spec/naming.ts';
import { calling, errorTypeOf, unlessNotFound } from '../errors.ts';
import type { Tags } from '../ownership.ts';
import { createOrAttach, tagsOf } from '../sagemaker/tags.ts';
import { stillInProgress } from '../waiting.ts';

/** On an endpoint config: the config that its endpoint had before, to go back to. */
export const PREVIOUS_TAG = 'temper:previous';
/** On an endpoint config: when its endpoint first answered with it. */
export const PROVEN_TAG = 'temper:proven';
/** A run proves its config within a minute or so; one that was terminated never does. */
const ABANDONED_AFTER_MS = 15 * 60_000;

/** What SageMaker is busy with cannot be updated or deleted. */
export const BUSY = new Set(['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting']);

/** Whether an endpoint with this status can be updated, now or when what it is busy with is over. */
export function isUpdatable(status: string): boolean {
  return status === 'InService' || BUSY.has(status);
}

export function describeEndpoint(
  sagemaker: SageMakerClient,
  name: string,
): Promise<DescribeEndpointOutput | undefined> {
  return unlessNotFound(`describe endpoint ${name}`, () =>
    sagemaker.send(new DescribeEndpointCommand({ EndpointName: name })),
  );
}

/** The config on its way onto the endpoint, or else the one it has. */
export function targetConfig(endpoint: DescribeEndpointOutput): string | undefined {
  return endpoint.PendingDeploymentSummary?.EndpointConfigName ?? endpoint.EndpointConfigName;
}

export interface ConfigRequest {
  readonly name: string;
  readonly modelName: string;
  readonly instance: string;
  readonly instanceCount: number;
  readonly capture?: Capture;
}

/** Creates the endpoint config of a release, or attaches to it, and gives its ARN. */
export async function ensureConfig(
  sagemaker: SageMakerClient,
  request: ConfigRequest,
  tagsFor: (request: unknown) => Tag[],
): Promise<string> {
  const EndpointConfigName = request.name;
  const body = {
    EndpointConfigName,
    ProductionVariants: [
      {
        VariantName: 'AllTraffic',
        ModelName: request.modelName,
        InstanceType: request.instance as 'ml.m5.large',
        InitialInstanceCount: request.instanceCount,
      },
    ],
    ...(request.capture && { DataCaptureConfig: dataCaptureOf(request.capture) }),
  };
  const Tags = tagsFor(body);
  const describe = async () =>
    (await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }))).EndpointConfigArn ?? '';
  await createOrAttach(
    sagemaker,
    `endpoint config ${EndpointConfigName}`,
    Tags,
    () => sagemaker.send(new CreateEndpointConfigCommand({ ...body, Tags })),
    describe,
  );
  return calling(`describe endpoint config ${EndpointConfigName}`, describe);
}

/** Of what these types name SageMaker keeps the text, and of all others base64. */
const READABLE = {
  JsonContentTypes: ['application/json', 'application/jsonlines'],
  CsvContentTypes: ['text/csv'],
};

function dataCaptureOf({ percentage, uri, kmsKey }: Capture): DataCaptureConfig {
  return {
    EnableCapture: true,
    InitialSamplingPercentage: percentage,
    DestinationS3Uri: uri,
    CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
    CaptureContentTypeHeader: READABLE,
    ...(kmsKey !== undefined && { KmsKeyId: kmsKey }),
  };
}

/** Writes down, before the endpoint is touched, which config to go back to. */
export async function rememberPrevious(sagemaker: SageMakerClient, configArn: string, previous: string): Promise<void> {
  await addTag(sagemaker, configArn, PREVIOUS_TAG, previous);
}

/** The endpoint answered with this config: the next run may take it over. */
export async function markProven(sagemaker: SageMakerClient, config: string): Promise<void> {
  const arn = await configArnOf(sagemaker, config);
  if (arn) await addTag(sagemaker, arn, PROVEN_TAG, new Date().toISOString());
}

/** Takes the proof back from a config that is to leave its endpoint. */
export async function unmarkProven(sagemaker: SageMakerClient, config: string): Promise<void> {
  const arn = await configArnOf(sagemaker, config);
  if (!arn) return;
  await calling(`untag ${arn}`, () =>
    sagemaker.send(new DeleteTagsCommand({ ResourceArn: arn, TagKeys: [PROVEN_TAG] })),
  );
}

/** Whether no other run is about to prove, or take off, what is on the endpoint. */
export async function isSettled(sagemaker: SageMakerClient, endpoint: DescribeEndpointOutput): Promise<boolean> {
  const arn = await configArnOf(sagemaker, endpoint.EndpointConfigName ?? '');
  const tags = arn ? await tagsOf(sagemaker, arn) : new Map<string, string>();
  if (!tags.has(TAGS.run) || tags.has(PROVEN_TAG)) return true;
  return Date.now() - (endpoint.LastModifiedTime?.getTime() ?? 0) > ABANDONED_AFTER_MS;
}

async function addTag(sagemaker: SageMakerClient, ResourceArn: string, Key: string, Value: string): Promise<void> {
  await calling(`tag ${ResourceArn}`, () =>
    sagemaker.send(new AddTagsCommand({ ResourceArn, Tags: [{ Key, Value }] })),
  );
}

async function configArnOf(sagemaker: SageMakerClient, name: string): Promise<string | undefined> {
  const config = await unlessNotFound(`describe endpoint config ${name}`, () =>
    sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: name })),
  );
  return config?.EndpointConfigArn;
}

/** The tags of a config; `undefined` where there is none of that name. */
export async function configTags(sagemaker: SageMakerClient, name: string): Promise<Tags | undefined> {
  const arn = await configArnOf(sagemaker, name);
  return arn === undefined ? undefined : unlessNotFound(`list the tags of ${arn}`, () => tagsOf(sagemaker, arn));
}

/** The run whose model a config serves, where it is one of Temper's. */
export async function servedRun(sagemaker: SageMakerClient, config: string): Promise<string | undefined> {
  return (await configTags(sagemaker, config))?.get(TAGS.run);
}

/** Creates the endpoint, or attaches to it. Where another run was faster it is `InProgress`: the next look waits for it. */
export async function createEndpoint(
  sagemaker: SageMakerClient,
  name: string,
  config: string,
  Tags: Tag[],
): Promise<void> {
  try {
    await createOrAttach(
      sagemaker,
      `endpoint ${name}`,
      Tags,
      () => sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: config, Tags })),
      async () => (await describeEndpoint(sagemaker, name))?.EndpointArn,
    );
  } catch (error) {
    if (errorTypeOf(error) === 'Conflict') throw stillInProgress({ resource: name, status: 'created by another run' });
    throw error;
  }
}

export async function updateEndpoint(sagemaker: SageMakerClient, name: string, config: string): Promise<void> {
  await calling(`update endpoint ${name} to ${config}`, () =>
    sagemaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: config })),
  );
}

/** Gone already is fine. */
export async function deleteEndpoint(sagemaker: SageMakerClient, name: string): Promise<void> {
  await unlessNotFound(`delete endpoint ${name}`, () =>
    sagemaker.send(new DeleteEndpointCommand({ EndpointName: name })),
  );
}

/** Gone already is fine. */
export async function deleteConfig(sagemaker: SageMakerClient, name: string): Promise<void> {
  await unlessNotFound(`delete endpoint config ${name}`, () =>
    sagemaker.send(new DeleteEndpointConfigCommand({ EndpointConfigName: name })),
  );
}

/** The tags of the endpoint that tell whose it is. */
export async function ownerOf(
  sagemaker: SageMakerClient,
  endpoint: DescribeEndpointOutput,
): Promise<{ run: string | undefined; name: string | undefined }> {
  const tags = await tagsOf(sagemaker, endpoint.EndpointArn ?? '');
  return { run: tags.get(TAGS.run), name: tags.get(TAGS.name) };
}
