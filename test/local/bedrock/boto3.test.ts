import { expect, test } from 'vitest';
import { withBoto3 } from '../../support/boto3.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { ownBedrock, ROLE } from './support.ts';

test('boto3 customizes, deploys, asks, evaluates, imports, logs and deletes', async () => {
  const { url } = await ownBedrock();
  const said = await withBoto3(new URL('boto3_client.py', import.meta.url), [uniqueName('boto'), ROLE], {
    AWS_ENDPOINT_URL_BEDROCK: url,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url,
  });
  expect(said).toEqual({
    converse: 'negative',
    stream: 'positive',
    provisioned: ['negative', [2, 1]],
    invoke: 'negative',
    tokens: 4,
    jobs: 3,
    batch: { answers: 100, negative: 50 },
    accuracy: 0,
    imported: 'It is in the drawer.',
    logged: true,
    left: 0,
  });
});
