/** The model that serves under a name, and where what it is asked is kept. */
import { DescribeEndpointCommand, DescribeEndpointConfigCommand } from '@aws-sdk/client-sagemaker';
import { servedName } from '../../spec/engine.ts';
import type { Watched } from '../../spec/monitoring/evidence.ts';
import type { ModelCard, NumberedCard } from '../../spec/version.ts';
import type { AwsClients } from '../aws.ts';
import { invocationLogs } from '../bedrock/invocation-logging.ts';
import { findImported, importedAs } from '../deployment/imported.ts';
import { kindOf } from '../deployment/servers.ts';
import { calling, unlessNotFound } from '../errors.ts';
import { newestVersions } from '../models.ts';
import type { TrafficSource } from './traffic.ts';

/** The newest version of a name; `undefined` where none was handed over yet. */
export async function championOf({ s3 }: AwsClients, bucket: string, name: string): Promise<NumberedCard | undefined> {
  return (await newestVersions(s3, bucket, name, 1)).cards[0];
}

export const watchedOf = ({ number, card }: NumberedCard): Watched => ({
  version: number,
  run: card.run,
  serves: servedName(card.record.spec),
});

/** Where the traffic of a version is kept, or in a line why it is not and what to do. */
export async function trafficOf(clients: AwsClients, { record: { spec } }: ModelCard): Promise<TrafficSource | string> {
  const name = servedName(spec);
  switch (spec.deploy.to) {
    case 'none':
      return 'the model serves nowhere (deploy: none), so that nobody asks it';
    case 'sagemaker-endpoint':
      return endpointCapture(clients, name);
    case 'bedrock-import': {
      const imported = (await findImported(clients.bedrock, name)) ?? (await importedAs(clients.bedrock, name))[0];
      return loggedCalls(clients, name, imported?.arn);
    }
    case 'bedrock-on-demand':
    case 'bedrock-provisioned':
      return loggedCalls(clients, name, (await kindOf(spec.deploy).find(clients.bedrock, name))?.arn);
  }
}

async function endpointCapture({ sagemaker }: AwsClients, endpoint: string): Promise<TrafficSource | string> {
  const found = await unlessNotFound(`describe endpoint ${endpoint}`, () =>
    sagemaker.send(new DescribeEndpointCommand({ EndpointName: endpoint })),
  );
  if (!found) return `endpoint ${endpoint} is gone`;
  const { EndpointConfigName } = found;
  const { DataCaptureConfig: capture } = await calling(`describe endpoint config ${EndpointConfigName}`, () =>
    sagemaker.send(new DescribeEndpointConfigCommand({ EndpointConfigName })),
  );
  if (!capture?.EnableCapture || !capture.DestinationS3Uri) {
    return `endpoint ${endpoint} does not capture what it is asked: give deploy.capture in the spec, and run it again`;
  }
  return { engine: 'sagemaker', endpoint, uri: capture.DestinationS3Uri };
}

async function loggedCalls(
  { bedrock }: AwsClients,
  name: string,
  arn: string | undefined,
): Promise<TrafficSource | string> {
  if (arn === undefined) return `nothing serves as ${name} on Bedrock any more`;
  const logs = await invocationLogs(bedrock);
  if ('problem' in logs) return `${logs.problem}, so that what ${name} is asked is lost: switch it on with ${logs.fix}`;
  return { engine: 'bedrock', ...logs, arn };
}
