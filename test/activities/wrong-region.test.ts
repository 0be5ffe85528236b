/** A bucket in another region, as S3 answers for it: the laptop's S3 has one region only. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it, onTestFinished } from 'vitest';
import { createAwsClients } from '../../activities/aws.ts';
import { calling } from '../../activities/errors.ts';
import { failureOf } from '../support/activities.ts';

/** An S3 whose buckets are in a region; a HEAD has no body to say so in. */
async function bucketIn(region: string, status: number, code: string): Promise<string> {
  const server = createServer((request, response) => {
    response.writeHead(status, { 'x-amz-bucket-region': region, 'content-type': 'application/xml' });
    const body = `<Error><Code>${code}</Code><Message>told by the header</Message></Error>`;
    response.end(request.method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const key = { Bucket: 'models', Key: 'temper/reviews/card.json' };

it.each([
  ['a look, by a bad request', new HeadObjectCommand(key), 400],
  ['a look, by a redirect', new HeadObjectCommand(key), 301],
  ['a write', new PutObjectCommand({ ...key, Body: '{}' }), 301],
])('is told for %s, with both regions', async (_, command, status) => {
  process.env.AWS_ENDPOINT_URL_S3 = await bucketIn('eu-central-1', status, 'PermanentRedirect');
  const { s3 } = createAwsClients('us-east-1');
  const call = calling('look for s3://models', () => s3.send(command as HeadObjectCommand));
  expect(await failureOf(call)).toMatchObject({
    type: 'WrongRegion',
    nonRetryable: true,
    message: expect.stringContaining('the bucket is in eu-central-1, and the run in us-east-1'),
  });
});

it('is not what is wrong where the region is the right one: then the token has expired', async () => {
  process.env.AWS_ENDPOINT_URL_S3 = await bucketIn('us-east-1', 400, 'ExpiredToken');
  const { s3 } = createAwsClients('us-east-1');
  const call = calling('look for s3://models', () => s3.send(new HeadObjectCommand(key)));
  expect(await failureOf(call)).toMatchObject({ type: 'CredentialsRejected', nonRetryable: false });
});
