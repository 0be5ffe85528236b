import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { readTraffic, type TrafficSource } from '../../../activities/monitoring/traffic.ts';
import { account, clients } from '../../support/activities.ts';

const { s3 } = clients;
const Bucket = account.bucket;

const put = (Key: string, Body: string | Buffer) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));

const captured = (text: string, inferenceTime: string, inferenceId?: string) =>
  JSON.stringify({
    captureData: {
      endpointInput: {
        observedContentType: 'application/json',
        mode: 'INPUT',
        data: JSON.stringify({ text }),
        encoding: 'JSON',
      },
    },
    eventMetadata: { eventId: text, inferenceTime, ...(inferenceId && { inferenceId }) },
    eventVersion: '0',
  });

const arn = 'arn:aws:bedrock:us-east-1:000000000000:custom-model-deployment/abcdefghijkl';
const logged = (text: string, more: object = {}) =>
  JSON.stringify({
    schemaType: 'ModelInvocationLog',
    timestamp: '2026-11-25T17:04:05Z',
    requestId: text,
    modelId: arn,
    input: { inputBodyJson: { messages: [{ role: 'user', content: [{ text }] }] } },
    ...more,
  });

async function read(source: TrafficSource, from: string, to = '2026-11-26T00:00:00Z') {
  const traffic = readTraffic(s3, source, { from, to });
  const asked: string[] = [];
  for await (const { requestId } of traffic) asked.push(requestId);
  return { asked, tally: traffic.tally };
}

it('reads what an endpoint was asked since a moment, leaves out what runs ask, and tells what it cannot read', async () => {
  const prefix = `captured-${randomUUID()}`;
  const hour = (text: string) => `${prefix}/reviews/AllTraffic/2026/11/25/${text}`;
  await put(hour('13/00-00-000-a.jsonl'), captured('never opened', '2026-11-25T17:30:00Z'));
  await put(
    hour('16/59-59-000-b.jsonl'),
    `${captured('before', '2026-11-25T16:59:59Z')}\n${captured('a', '2026-11-25T17:00:00Z')}\n`,
  );
  await put(hour('17/10-00-000-c.jsonl'), `{"captureData":\n${captured('b', '2026-11-25T17:10:00Z')}\n`);
  await put(hour('17/20-00-000-d.jsonl'), captured('smoke test', '2026-11-25T17:20:00Z', 'temper/reviews/7f3a9c'));
  await put(hour('17/20-00-000-d.tmp'), 'no file of capture');
  await put(
    `${prefix}/reviews/Other/2026/11/25/18/00-00-000-e.jsonl`,
    captured('of another variant', '2026-11-25T18:00:00Z'),
  );
  await put(
    `${prefix}/reviews-2/AllTraffic/2026/11/25/18/00-00-000-f.jsonl`,
    captured('of another endpoint', '2026-11-25T18:00:00Z'),
  );
  const source = { engine: 'sagemaker', endpoint: 'reviews', uri: `s3://${Bucket}/${prefix}/` } as const;
  // Services tell whole seconds: what was asked in the second of the hand-over counts.
  expect(await read(source, '2026-11-25T17:00:00.758Z')).toEqual({
    asked: ['a', 'b', 'of another variant'],
    tally: {
      files: 4,
      bytes: expect.any(Number),
      requests: 4,
      own: 1,
      broken: 1,
      firstBroken: { uri: `s3://${Bucket}/${hour('17/10-00-000-c.jsonl')}`, line: 1, why: expect.any(String) },
    },
  });
  expect((await read(source, '2026-11-25T17:00:00Z', '2026-11-25T17:30:00Z')).asked).toEqual(['a', 'b']);
});

it("reads one model's records of Bedrock's invocation logs, also those whose bodies lie apart, and goes on behind a file that is not whole", async () => {
  const keyPrefix = `logged-${randomUUID()}`;
  const folder = `${keyPrefix}/AWSLogs/000000000000/BedrockModelInvocationLogs/us-east-1`;
  const body = `${folder}/2026/11/25/17/data/long_input.json.gz`;
  await put(`${folder}/amazon-bedrock-logs-permission-check`, Buffer.alloc(0));
  await put(body, gzipSync(JSON.stringify({ messages: [{ role: 'user', content: [{ text: 'long' }] }] })));
  const records = [
    logged('a'),
    logged('of another model', { modelId: 'amazon.nova-lite-v1:0' }),
    logged('failed', { errorCode: 'ThrottlingException' }),
    logged('long', { input: { inputBodyS3Path: `s3://${Bucket}/${body}` } }),
    logged('asked by a run', { requestMetadata: { 'temper:run': 'temper/reviews/7f3a9c' } }),
  ];
  const whole = gzipSync(records.join('\n'));
  await put(`${folder}/2026/11/25/17/20261125T170405123Z_0a1b.json.gz`, whole);
  await put(`${folder}/2026/11/25/17/20261125T170505123Z_0a1c.json.gz`, whole.subarray(0, whole.length - 12));
  await put(`${folder}/2026/11/25/18/20261125T180405123Z_0a1d.json.gz`, gzipSync(logged('b')));
  const source = { engine: 'bedrock', bucket: Bucket, keyPrefix, arn } as const;
  const { asked, tally } = await read(source, '2026-11-25T17:00:00Z');
  expect(asked.filter((each, index) => asked.indexOf(each) === index)).toEqual(['a', 'long', 'b']);
  expect(tally).toMatchObject({ files: 3, broken: 1, firstBroken: { why: 'unexpected end of file' } });
});

it('says that the bucket is gone', async () => {
  const source = { engine: 'sagemaker', endpoint: 'reviews', uri: `s3://gone-${randomUUID()}/capture` } as const;
  await expect(read(source, '2026-11-25T17:00:00Z')).rejects.toMatchObject({ type: 'NotFound' });
});
