import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DeleteEndpointCommand,
  DeleteEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  type DescribeEndpointOutput,
  type SageMakerClient,
  type Tag,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { TAGS } from '../../spec/naming.ts';
import { calling, unlessNotFound } from '../errors.ts';
import { createOrAttach, tagsOf } from '../ownership.ts';

/** On an endpoint config: the config that its endpoint had before, to go back to. Empty for a new endpoint. */
const PREVIOUS_TAG = 'temper:previous';

/** What SageMaker is busy with cannot be updated or deleted. */
export const BUSY = new Set(['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting']);

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
  /** The config to go back to. */
  readonly previous: string | undefined;
}

/** Creates the endpoint config of a release, or attaches to it. It remembers the config before it. */
export async function ensureConfig(
  sagemaker: SageMakerClient,
  request: ConfigRequest,
  tagsFor: (request: unknown) => Tag[],
): Promise<void> {
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
  };
  const Tags = tagsFor(body);
  await createOrAttach(
    sagemaker,
    `endpoint config ${EndpointConfigName}`,
    Tags,
    () =>
      sagemaker.send(
        new CreateEndpointConfigCommand({
          ...body,
          Tags: [...Tags, { Key: PREVIOUS_TAG, Value: request.previous ?? '' }],
        }),
      ),
    async () => (await sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName }))).EndpointConfigArn,
  );
}

/** The config that was on the endpoint before the given one, where that is known. */
export async function previousConfig(sagemaker: SageMakerClient, name: string): Promise<string | undefined> {
  const config = await unlessNotFound(`describe endpoint config ${name}`, () =>
    sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName: name })),
  );
  if (!config?.EndpointConfigArn) return undefined;
  return (await tagsOf(sagemaker, config.EndpointConfigArn)).get(PREVIOUS_TAG) || undefined;
}

export async function createEndpoint(
  sagemaker: SageMakerClient,
  name: string,
  config: string,
  Tags: Tag[],
): Promise<void> {
  await createOrAttach(
    sagemaker,
    `endpoint ${name}`,
    Tags,
    () => sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: config, Tags })),
    async () => (await describeEndpoint(sagemaker, name))?.EndpointArn,
  );
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
