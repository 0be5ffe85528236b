import { expect, test } from 'vitest';
import { withBoto3 } from '../../support/boto3.ts';
import { sharedRegion } from '../../support/region.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { ownBedrock, ROLE } from './support.ts';

test('a Lambda function of the region says which answers are learned, and fails the job where it fails', async () => {
  const { url } = await ownBedrock();
  const said = await withBoto3(new URL('reinforcement_client.py', import.meta.url), [uniqueName('rft'), ROLE], {
    AWS_ENDPOINT_URL_BEDROCK: url,
    AWS_ENDPOINT_URL_BEDROCK_RUNTIME: url,
    AWS_ENDPOINT_URL_LAMBDA: sharedRegion().awsUrl,
  });
  expect(said).toEqual({
    status: 'Completed',
    answer: '4',
    bad: 'Failed',
    failure: expect.stringMatching(
      /^The grader arn:aws:lambda:us-east-1:000000000000:function:rft-\w+-bad failed: .*no idea/,
    ),
  });
});
