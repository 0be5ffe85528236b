import {
  CreateCustomModelDeploymentCommand,
  CreateProvisionedModelThroughputCommand,
  GetCustomModelCommand,
  TagResourceCommand,
  UpdateCustomModelDeploymentCommand,
} from '@aws-sdk/client-bedrock';
import { expect, test } from 'vitest';
import { isObject, type Json, type ServiceModel } from '../../../local/aws/model.ts';
import { violations } from '../../../local/aws/validation.ts';
import { MODELS } from '../../../local/bedrock/models.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { conversations, ownBedrock } from './support.ts';

/** Times as the model's checks have them: seconds since 1970. */
function seconds(model: ServiceModel, shapeName: string, value: unknown): unknown {
  const { type, member = '', members = {} } = model.shape(shapeName);
  if (type === 'timestamp') return Date.parse(String(value)) / 1000;
  if (Array.isArray(value)) return value.map((each) => seconds(model, member, each));
  if (type !== 'structure' || !isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, seconds(model, members[name] ?? '', each)]),
  );
}

test('what is told has the members, names and ARNs that the model of AWS has', async () => {
  const world = await ownBedrock();
  const { bedrock } = world;
  const validation = { validators: [{ s3Uri: await world.put('validation.jsonl', conversations(4)) }] };
  const vpcConfig = { subnetIds: ['subnet-1'], securityGroupIds: ['sg-1'] };
  const modelArn = await world.model(undefined, { validationDataConfig: validation, vpcConfig });
  const failed = await world.over(await world.create(await world.request('no JSON')));
  const { jobArn } = await bedrock.send(new GetCustomModelCommand({ modelIdentifier: modelArn }));
  await bedrock.send(new TagResourceCommand({ resourceARN: modelArn, tags: [{ key: 'a', value: '' }] }));
  const { customModelDeploymentArn: deployment = '' } = await bedrock.send(
    new CreateCustomModelDeploymentCommand({
      modelDeploymentName: uniqueName('d'),
      modelArn,
      description: 'of a test',
    }),
  );
  const { provisionedModelArn: throughput = '' } = await bedrock.send(
    new CreateProvisionedModelThroughputCommand({
      provisionedModelName: uniqueName('p'),
      modelId: modelArn,
      modelUnits: 1,
      commitmentDuration: 'OneMonth',
    }),
  );
  await expect
    .poll(() =>
      bedrock
        .send(new UpdateCustomModelDeploymentCommand({ customModelDeploymentIdentifier: deployment, modelArn }))
        .then(() => 'updating')
        .catch(() => 'creating'),
    )
    .toBe('updating');

  const get = (path: string, arn = '') => fetch(`${world.url}${path}${encodeURIComponent(arn)}`);
  const answers: Record<string, Response[]> = {
    GetModelCustomizationJob: [
      await get('/model-customization-jobs/', jobArn),
      await get('/model-customization-jobs/', failed.jobArn),
    ],
    ListModelCustomizationJobs: [await get('/model-customization-jobs')],
    GetCustomModel: [await get('/custom-models/', modelArn)],
    ListCustomModels: [await get('/custom-models')],
    GetCustomModelDeployment: [await get('/model-customization/custom-model-deployments/', deployment)],
    ListCustomModelDeployments: [await get('/model-customization/custom-model-deployments')],
    GetProvisionedModelThroughput: [await get('/provisioned-model-throughput/', throughput)],
    ListProvisionedModelThroughputs: [await get('/provisioned-model-throughputs')],
    ListTagsForResource: [
      await fetch(`${world.url}/listTagsForResource`, {
        method: 'POST',
        body: JSON.stringify({ resourceARN: modelArn }),
      }),
    ],
  };
  const [model] = MODELS;
  for (const [operation, responses] of Object.entries(answers)) {
    for (const response of responses) {
      const body = (await response.json()) as Json;
      expect(response.status, operation).toBe(200);
      const shape = model.operations[operation]?.output ?? '';
      expect(violations(model, shape, seconds(model, shape, body)), operation).toEqual([]);
    }
  }
});
