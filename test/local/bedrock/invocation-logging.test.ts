import { gunzipSync } from 'node:zlib';
import {
  DeleteModelInvocationLoggingConfigurationCommand,
  GetModelInvocationLoggingConfigurationCommand,
  type LoggingConfig,
  PutModelInvocationLoggingConfigurationCommand,
} from '@aws-sdk/client-bedrock';
import {
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { loggedRequest, logRecord } from '../../../activities/monitoring/invocation-logs.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { ownBedrock, type World } from './support.ts';

const modelId = 'amazon.nova-lite-v1:0';
const messages: ConverseCommandInput['messages'] = [{ role: 'user', content: [{ text: 'the battery died' }] }];
const ANSWER = `I stand in for ${modelId} on a laptop and have learned nothing of the, battery, died.`;

const put = ({ bedrock }: World, loggingConfig: LoggingConfig) =>
  bedrock.send(new PutModelInvocationLoggingConfigurationCommand({ loggingConfig }));
const configOf = async ({ bedrock }: World) =>
  (await bedrock.send(new GetModelInvocationLoggingConfigurationCommand({}))).loggingConfig;
/** Switching it off writes what waits. */
const switchOff = ({ bedrock }: World) => bedrock.send(new DeleteModelInvocationLoggingConfigurationCommand({}));

/** What lies below a prefix, by key, unpacked. */
async function filesUnder({ s3, bucket }: World, Prefix: string): Promise<Map<string, string>> {
  const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix }));
  const files = new Map<string, string>();
  for (const { Key = '' } of Contents) {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key }));
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    files.set(Key, (Key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
  }
  return files;
}

/** The records, in the order in which they were written. */
const linesOf = (files: Map<string, string>) =>
  [...files].flatMap(([key, text]) => (/\/\d\d\/[^/]+\.json\.gz$/.test(key) ? text.trimEnd().split('\n') : []));

async function exhausted(stream: AsyncIterable<unknown> | undefined): Promise<void> {
  for await (const _ of stream ?? []);
}

test('what models are asked and answer lies in S3 as AWS logs it, whatever operation asked, and can be read as traffic', async () => {
  const world = await ownBedrock();
  const { runtime, bucket } = world;
  await world.put('made', '');
  expect(await configOf(world)).toBeUndefined();
  const config = { s3Config: { bucketName: bucket, keyPrefix: 'logs/' }, textDataDeliveryEnabled: true };
  await put(world, config);
  expect(await configOf(world)).toEqual(config);

  const converse = { modelId, messages, inferenceConfig: { maxTokens: 50 } };
  const requestMetadata = { inferenceId: 'order-17' };
  const { $metadata } = await runtime.send(new ConverseCommand({ ...converse, requestMetadata }));
  await exhausted((await runtime.send(new ConverseStreamCommand(converse))).stream);
  const body = JSON.stringify({ messages });
  await runtime.send(new InvokeModelCommand({ modelId, body }));
  await exhausted((await runtime.send(new InvokeModelWithResponseStreamCommand({ modelId, body }))).body);
  await expect(runtime.send(new ConverseCommand({ modelId, messages: [] }))).rejects.toThrow('must start with a user');
  await switchOff(world);
  expect(await configOf(world)).toBeUndefined();
  await runtime.send(new ConverseCommand(converse));

  const folder = 'logs/AWSLogs/000000000000/BedrockModelInvocationLogs';
  const files = await filesUnder(world, 'logs/');
  const [first, second] = [...files.keys()];
  expect([first, second].map((key) => key?.slice(folder.length + 1)).sort()).toEqual([
    'amazon-bedrock-logs-permission-check',
    expect.stringMatching(/^us-east-1\/\d{4}(\/\d\d){3}\/\d{8}T\d{9}Z_[0-9a-f]{16}\.json\.gz$/),
  ]);
  const lines = linesOf(files);
  expect(lines).toHaveLength(5);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    accountId: '000000000000',
    identity: { arn: expect.stringMatching(/^arn:aws:iam::/) },
    region: 'us-east-1',
    requestId: $metadata.requestId,
    operation: 'Converse',
    modelId,
    input: {
      inputContentType: 'application/json',
      inputBodyJson: { messages, inferenceConfig: { maxTokens: 50 } },
      inputTokenCount: 4,
    },
    output: {
      outputContentType: 'application/json',
      outputBodyJson: expect.objectContaining({
        output: { message: { role: 'assistant', content: [{ text: ANSWER }] } },
      }),
      outputTokenCount: expect.any(Number),
    },
    requestMetadata,
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
  });
  const asked = lines.slice(0, 4).map((line) => {
    const log = logRecord(line);
    const bodies = { input: log.input?.inputBodyJson, output: log.output?.outputBodyJson };
    return [JSON.parse(line).operation, loggedRequest(log, bodies).exchanges[0]];
  });
  const exchange = { question: { messages: [{ role: 'user', content: 'the battery died' }] }, answer: ANSWER };
  expect(asked).toEqual(
    ['Converse', 'ConverseStream', 'InvokeModel', 'InvokeModelWithResponseStream'].map((operation) => [
      operation,
      expect.objectContaining(exchange),
    ]),
  );
  expect(JSON.parse(lines[4] ?? '')).toMatchObject({ errorCode: 'ValidationException', input: {}, output: {} });
});

test('bodies of more than 100 kB lie apart, and none are written where no text is to be delivered', async () => {
  const world = await ownBedrock();
  const { runtime, bucket } = world;
  await world.put('made', '');
  const long = [{ role: 'user' as const, content: [{ text: 'long '.repeat(25_000) }] }];
  await put(world, { s3Config: { bucketName: bucket, keyPrefix: 'all' } });
  await runtime.send(new ConverseCommand({ modelId, messages: long }));
  await put(world, { s3Config: { bucketName: bucket, keyPrefix: 'counts' }, textDataDeliveryEnabled: false });
  await runtime.send(new ConverseCommand({ modelId, messages }));
  await switchOff(world);

  const all = await filesUnder(world, 'all/');
  const { input } = JSON.parse(linesOf(all)[0] ?? '');
  expect(input).not.toHaveProperty('inputBodyJson');
  expect(JSON.parse(all.get(input.inputBodyS3Path.replace(`s3://${bucket}/`, '')) ?? '')).toEqual({ messages: long });
  const counted = JSON.parse(linesOf(await filesUnder(world, 'counts/'))[0] ?? '');
  expect(counted.input).toEqual({ inputContentType: 'application/json', inputTokenCount: 4 });
});

test('a bucket that is not there, and what the laptop cannot deliver to, are refused', async () => {
  const world = await ownBedrock();
  const gone = uniqueName('gone');
  await expect(put(world, { s3Config: { bucketName: gone } })).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining(`Failed to validate permissions for bucket: ${gone}`),
  });
  await expect(put(world, {})).rejects.toThrow('At least one of cloudWatchConfig and s3Config');
  const cloudWatchConfig = { logGroupName: 'group', roleArn: 'arn:aws:iam::000000000000:role/test' };
  await expect(put(world, { cloudWatchConfig })).rejects.toThrow('to S3 only');
  expect(await configOf(world)).toBeUndefined();
});
