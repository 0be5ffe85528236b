import { GetFoundationModelCommand, ListFoundationModelsCommand } from '@aws-sdk/client-bedrock';
import { expect, test } from 'vitest';
import { ownBedrock } from './support.ts';

test('base models are listed as AWS lists them, as they answer and as they are customized', async () => {
  const { bedrock } = await ownBedrock();
  const list = async (input: ConstructorParameters<typeof ListFoundationModelsCommand>[0] & object) =>
    (await bedrock.send(new ListFoundationModelsCommand(input))).modelSummaries ?? [];
  const ids = (await list({})).map(({ modelId }) => modelId);
  expect(ids).toEqual(expect.arrayContaining(['amazon.nova-lite-v1:0', 'amazon.nova-lite-v1:0:300k']));
  const customized = await list({
    byCustomizationType: 'FINE_TUNING',
    byProvider: 'amazon',
    byInferenceType: 'PROVISIONED',
  });
  expect(customized.map(({ modelId }) => modelId)).toContain('amazon.nova-lite-v1:0:300k');
  expect(customized.map(({ modelId }) => modelId)).not.toContain('amazon.nova-lite-v1:0');

  const { modelDetails } = await bedrock.send(
    new GetFoundationModelCommand({ modelIdentifier: 'amazon.nova-lite-v1:0' }),
  );
  expect(modelDetails).toMatchObject({
    modelArn: 'arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0',
    modelName: 'Nova Lite (stand-in)',
    providerName: 'Amazon',
  });
  await expect(bedrock.send(new GetFoundationModelCommand({ modelIdentifier: 'no.model' }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
