/** A worker lives for weeks, and the credentials of a person for hours. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createAwsProvider } from '../../activities/aws.ts';
import { createPipelineActivities } from '../../activities/index.ts';
import { failureOf, once } from '../support/activities.ts';
import { temporaryDirectory } from '../support/region.ts';

/** A SageMaker without jobs that accepts one access key. */
async function guarded(accepted: string): Promise<string> {
  const server = createServer((request, response) => {
    const isKnown = request.headers.authorization?.includes(`Credential=${accepted}/`);
    const [type, message] = isKnown
      ? ['ValidationException', 'Requested resource not found.']
      : ['ExpiredTokenException', 'The security token included in the request is expired'];
    response.writeHead(400, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify({ __type: type, message }));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => void server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('goes on with new credentials once somebody has signed in again, in the same process', async () => {
  const file = join(await temporaryDirectory(), 'credentials');
  const signIn = (key: string) =>
    writeFile(file, `[default]\naws_access_key_id = ${key}\naws_secret_access_key = secret\n`);
  await signIn('EXPIRED');
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN']) delete process.env[name];
  process.env.AWS_SHARED_CREDENTIALS_FILE = file;
  process.env.AWS_ENDPOINT_URL_SAGEMAKER = await guarded('FRESH');

  const { stopTraining } = createPipelineActivities({ aws: createAwsProvider() });
  const run = { name: 'reviews', id: 'abc123' };
  const job = { run, jobName: 'reviews-abc123-train', region: 'us-east-1' };
  const rejected = { type: 'CredentialsRejected', nonRetryable: false, nextRetryDelay: '30s' };
  expect(await failureOf(once(stopTraining, job))).toMatchObject(rejected);
  await signIn('FRESH');
  // There is no such job, so that there is nothing to stop.
  expect(await once(stopTraining, job)).toBeUndefined();
});
