import { expect, test } from 'vitest';
import { withBoto3 } from '../../support/boto3.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { IMAGE, ownSageMaker, ROLE } from './support.ts';

test('boto3 trains, deploys, invokes, finds what was captured and deletes, by its own waiters', async () => {
  const { url } = await ownSageMaker();
  const script = new URL('boto3_client.py', import.meta.url);
  const said = await withBoto3(script, [uniqueName('boto'), IMAGE, ROLE], {
    AWS_ENDPOINT_URL_SAGEMAKER: url,
    AWS_ENDPOINT_URL_SAGEMAKER_RUNTIME: url,
  });
  expect(said).toEqual({ result: 42, captured: ['36', '42'], variant: 'AllTraffic', status: 'Completed' });
});
