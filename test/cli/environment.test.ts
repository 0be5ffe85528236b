import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findEnvironment, resolveAccount } from '../../cli/environment.ts';
import { specSchema } from '../../spec/spec.ts';
import { temporaryDirectory } from '../support/region.ts';

let before: NodeJS.ProcessEnv;
beforeEach(() => {
  before = { ...process.env };
});
afterEach(() => {
  process.env = before;
});

const spec = (aws: object = {}) =>
  specSchema.parse({ name: 'a', data: { source: 'd' }, train: { engine: 'sagemaker', script: 't.py' }, aws });

describe('where a command works', () => {
  it('is what the environment says, if it names addresses', async () => {
    const env = { TEMPORAL_ADDRESS: 'temporal.example:7233', TEMPORAL_NAMESPACE: 'ml', AWS_REGION: 'eu-west-1' };
    const found = await findEnvironment({ env, cwd: await temporaryDirectory() });
    expect(found.label).toBe('Temporal at temporal.example:7233, AWS eu-west-1');
    expect(found.temporal).toMatchObject({ address: 'temporal.example:7233', namespace: 'ml' });
  });

  it('is where Temporal and AWS are by default, where nothing is up or set', async () => {
    const found = await findEnvironment({ env: { HOME: '/nowhere' }, cwd: await temporaryDirectory() });
    expect(found.temporal).toMatchObject({ address: 'localhost:7233', namespace: 'default' });
  });

  it('reaches the AWS SDK', async () => {
    const env = { TEMPORAL_ADDRESS: 'a:1', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9' };
    await findEnvironment({ env, cwd: await temporaryDirectory() });
    expect(process.env.AWS_ENDPOINT_URL_S3).toBe('http://127.0.0.1:9');
  });
});

describe('the account of a run', () => {
  const env = { TEMPORAL_ADDRESS: 'a:1', AWS_REGION: 'eu-west-1', TEMPER_BUCKET: 'theirs' };

  it('is what the spec says, and the environment where it says nothing', async () => {
    const environment = await findEnvironment({ env, cwd: '/' });
    const roleArn = 'arn:aws:iam::123456789012:role/temper';
    expect(await resolveAccount(environment, spec({ bucket: 'mine', role: roleArn }))).toEqual({
      region: 'eu-west-1',
      bucket: 'mine',
      roleArn,
    });
  });

  it('names everything that is missing', async () => {
    const environment = await findEnvironment({ env: { TEMPORAL_ADDRESS: 'a:1', AWS_REGION: 'eu-west-1' }, cwd: '/' });
    await expect(resolveAccount(environment, spec())).rejects.toMatchObject({
      code: 'AccountIncomplete',
      exitCode: 2,
      message: expect.stringMatching(/aws\.bucket.*aws\.role/),
    });
  });
});
