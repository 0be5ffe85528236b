/** Bedrock servers of a test's own, on the S3 of the region that tests share. */
import { BedrockClient } from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { onTestFinished } from 'vitest';
import { type Bedrock, type BedrockOptions, startBedrock } from '../../../local/bedrock/server.ts';
import { sharedRegion, temporaryDirectory } from '../../support/region.ts';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const CLIENT = { region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

export async function serverOptions(options: Partial<BedrockOptions> = {}): Promise<BedrockOptions> {
  return {
    home: await temporaryDirectory(),
    region: REGION,
    account: ACCOUNT,
    s3Endpoint: sharedRegion().awsUrl,
    port: 0,
    ...options,
  };
}

/** A server and clients for it, gone when the test is. */
export async function ownBedrock(options: Partial<BedrockOptions> = {}): Promise<World> {
  const server = await startBedrock(await serverOptions(options));
  const world = new World(server.url, server);
  onTestFinished(async () => {
    await server.close();
    world.close();
  });
  return world;
}

/** What a test does with a Bedrock and the S3 beside it. */
export class World {
  readonly url: string;
  readonly server: Bedrock | undefined;
  readonly bedrock: BedrockClient;
  readonly runtime: BedrockRuntimeClient;

  constructor(url: string, server?: Bedrock) {
    this.url = url;
    this.server = server;
    this.bedrock = new BedrockClient({ ...CLIENT, endpoint: url, maxAttempts: 1 });
    this.runtime = new BedrockRuntimeClient({ ...CLIENT, endpoint: url, maxAttempts: 1 });
  }

  close(): void {
    for (const client of [this.bedrock, this.runtime]) client.destroy();
  }
}
