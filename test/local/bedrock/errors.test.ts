import { GetModelCustomizationJobCommand, ListCustomModelsCommand } from '@aws-sdk/client-bedrock';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { expect, test } from 'vitest';
import { ownBedrock } from './support.ts';

test('requests are held against the model of AWS, and refused in its words', async () => {
  const { bedrock, runtime } = await ownBedrock();
  await expect(bedrock.send(new GetModelCustomizationJobCommand({ jobIdentifier: 'a/b' }))).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(
      /^1 validation error detected: Value 'a\/b' at 'jobIdentifier' failed to satisfy constraint: Member must satisfy regular expression pattern: \(arn:aws/,
    ),
    $metadata: { httpStatusCode: 400 },
  });
  await expect(bedrock.send(new ListCustomModelsCommand({ maxResults: 0 }))).rejects.toMatchObject({
    message:
      "1 validation error detected: Value '0' at 'maxResults' failed to satisfy constraint: Member must have value greater than or equal to 1",
  });
  await expect(
    runtime.send(new ConverseCommand({ modelId: 'no model', messages: [], inferenceConfig: { temperature: 2 } })),
  ).rejects.toMatchObject({
    message: expect.stringMatching(/^2 validation errors detected: /),
  });
});

test('errors have the statuses of AWS', async () => {
  const { bedrock, server } = await ownBedrock();
  const list = () => bedrock.send(new ListCustomModelsCommand({}));
  server?.setFaults({ rules: [{ operation: 'ListCustomModels', error: 'ThrottlingException' }] });
  await expect(list()).rejects.toMatchObject({
    name: 'ThrottlingException',
    message: 'Rate exceeded',
    $metadata: { httpStatusCode: 429 },
  });
  server?.setFaults({ rules: [{ operation: '*', error: { code: 'ServiceQuotaExceededException', message: 'no' } }] });
  await expect(list()).rejects.toMatchObject({ name: 'ServiceQuotaExceededException', message: 'no' });
  server?.setFaults({ rules: [{ operation: '*', reset: true }] });
  await expect(list()).rejects.toMatchObject({ code: 'ECONNRESET' });
});
