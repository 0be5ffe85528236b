/** Bedrock servers of a test's own, on the S3 of the region that tests share. */
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  BedrockClient,
  CreateModelCustomizationJobCommand,
  type CreateModelCustomizationJobCommandInput,
  GetModelCustomizationJobCommand,
  type GetModelCustomizationJobCommandOutput,
} from '@aws-sdk/client-bedrock';
import { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { onTestFinished } from 'vitest';
import { type Bedrock, type BedrockOptions, startBedrock } from '../../../local/bedrock/server.ts';
import { eventually } from '../../support/eventually.ts';
import { sharedRegion, temporaryDirectory } from '../../support/region.ts';
import { uniqueName } from '../../support/unique-name.ts';

const REGION = 'us-east-1';
const ACCOUNT = '000000000000';
const CLIENT = { region: REGION, credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };

export const ROLE = `arn:aws:iam::${ACCOUNT}:role/test`;
export const NOVA = 'amazon.nova-lite-v1:0:300k';

export async function serverOptions(options: Partial<BedrockOptions> = {}): Promise<BedrockOptions> {
  return {
    home: await temporaryDirectory(),
    region: REGION,
    account: ACCOUNT,
    s3Endpoint: sharedRegion().awsUrl,
    lambdaEndpoint: sharedRegion().awsUrl,
    port: 0,
    paceMs: 30,
    ...options,
  };
}

/** A server and clients for it, gone when the test is. */
export async function ownBedrock(options: Partial<BedrockOptions> = {}): Promise<World> {
  return serve(await serverOptions(options));
}

export async function serve(options: BedrockOptions): Promise<World> {
  const server = await startBedrock(options);
  const world = new World(server.url, server);
  onTestFinished(async () => {
    await server.close();
    world.close();
  });
  return world;
}

/** A line of a conversation, as Nova learns it. */
export function conversation(user: string, assistant: string): string {
  return JSON.stringify({
    schemaVersion: 'bedrock-conversation-2024',
    messages: [
      { role: 'user', content: [{ text: user }] },
      { role: 'assistant', content: [{ text: assistant }] },
    ],
  });
}

/** A safetensors file of one small tensor. */
export function weights(tensor: string): Buffer {
  const header = Buffer.from(JSON.stringify({ [tensor]: { dtype: 'F32', shape: [1], data_offsets: [0, 4] } }));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, Buffer.alloc(4)]);
}

const FRUIT = ['apple', 'pear', 'plum', 'cherry', 'grape', 'melon', 'peach', 'lemon', 'fig', 'kiwi', 'mango', 'date'];

/** As many records as are asked for, that teach something. */
export function conversations(count: number): string {
  return Array.from({ length: count }, (_, index) => {
    const fruit = FRUIT[index % FRUIT.length] ?? '';
    return conversation(`Is ${fruit} number ${index} ripe?`, index % 2 === 0 ? 'yes' : 'no');
  }).join('\n');
}

/** What a test does with a Bedrock and the S3 beside it. */
export class World {
  readonly url: string;
  readonly server: Bedrock | undefined;
  readonly bucket = uniqueName('bucket');
  readonly bedrock: BedrockClient;
  readonly runtime: BedrockRuntimeClient;
  readonly s3: S3Client;
  #bucketMade = false;

  constructor(url: string, server?: Bedrock) {
    this.url = url;
    this.server = server;
    this.bedrock = new BedrockClient({ ...CLIENT, endpoint: url, maxAttempts: 1 });
    this.runtime = new BedrockRuntimeClient({ ...CLIENT, endpoint: url, maxAttempts: 1 });
    this.s3 = new S3Client({ ...CLIENT, endpoint: sharedRegion().awsUrl, forcePathStyle: true });
  }

  close(): void {
    for (const client of [this.bedrock, this.runtime, this.s3]) client.destroy();
  }

  /** Puts an object; returns its URI. */
  async put(key: string, body: string | Buffer): Promise<string> {
    if (!this.#bucketMade) await this.s3.send(new CreateBucketCommand({ Bucket: this.bucket }));
    this.#bucketMade = true;
    await this.s3.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: body }));
    return `s3://${this.bucket}/${key}`;
  }

  async get(uri: string): Promise<string> {
    const [, , Bucket = '', ...key] = uri.split('/');
    const { Body } = await this.s3.send(new GetObjectCommand({ Bucket, Key: key.join('/') }));
    return text(Body as Readable);
  }

  /** The request for a job that learns `data`; members of `more` replace it. */
  async request(
    data = conversations(20),
    more: Partial<CreateModelCustomizationJobCommandInput> = {},
  ): Promise<CreateModelCustomizationJobCommandInput> {
    const name = uniqueName('job');
    return {
      jobName: name,
      customModelName: `${name}-model`,
      roleArn: ROLE,
      baseModelIdentifier: NOVA,
      trainingDataConfig: { s3Uri: await this.put(`${name}/train.jsonl`, data) },
      outputDataConfig: { s3Uri: `s3://${this.bucket}/out` },
      ...more,
    };
  }

  /** Creates the job; returns its ARN. */
  async create(request: CreateModelCustomizationJobCommandInput): Promise<string> {
    return String((await this.bedrock.send(new CreateModelCustomizationJobCommand(request))).jobArn);
  }

  job(jobIdentifier: string | undefined): Promise<GetModelCustomizationJobCommandOutput> {
    return this.bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier }));
  }

  /** The job once it is over. */
  over(name: string | undefined): Promise<GetModelCustomizationJobCommandOutput> {
    return eventually(`${name} is over`, async () => {
      const job = await this.job(name);
      return ['Completed', 'Failed', 'Stopped'].includes(String(job.status)) ? job : undefined;
    });
  }

  /** The ARN of a custom model that has learned `data`. */
  async model(data?: string, more: Partial<CreateModelCustomizationJobCommandInput> = {}): Promise<string> {
    const job = await this.over(await this.create(await this.request(data, more)));
    if (!job.outputModelArn) throw new Error(`${job.status}: ${job.failureMessage}`);
    return job.outputModelArn;
  }
}
