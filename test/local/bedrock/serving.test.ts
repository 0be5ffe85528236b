import {
  CreateCustomModelDeploymentCommand,
  CreateProvisionedModelThroughputCommand,
  DeleteCustomModelCommand,
  DeleteCustomModelDeploymentCommand,
  DeleteProvisionedModelThroughputCommand,
  GetCustomModelCommand,
  GetCustomModelDeploymentCommand,
  GetProvisionedModelThroughputCommand,
  ListCustomModelDeploymentsCommand,
  ListCustomModelsCommand,
  ListProvisionedModelThroughputsCommand,
  ListTagsForResourceCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateCustomModelDeploymentCommand,
  UpdateProvisionedModelThroughputCommand,
} from '@aws-sdk/client-bedrock';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { ownBedrock, type World } from './support.ts';

async function deploy(world: World, modelArn: string, modelDeploymentName = uniqueName('deployment')): Promise<string> {
  const created = await world.bedrock.send(new CreateCustomModelDeploymentCommand({ modelDeploymentName, modelArn }));
  return String(created.customModelDeploymentArn);
}

const deployment = (world: World, customModelDeploymentIdentifier: string) =>
  world.bedrock.send(new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier }));

/** The deployment once nothing is under way. */
const settled = (world: World, arn: string) =>
  eventually(`${arn} is settled`, async () => {
    const found = await deployment(world, arn);
    return found.status === 'Creating' || found.updateDetails?.updateStatus === 'Updating' ? undefined : found;
  });

/** Everything stays as it is created or updated, until {@link goOn}. */
const HELD = { rules: [{ operation: '*', hold: 'creating' } as const, { operation: '*', hold: 'updating' } as const] };
const goOn = (world: World) => world.server?.setFaults(HELD);

test('a model is deployed, the deployment updated in place, and both deleted', async () => {
  const world = await ownBedrock({ faults: HELD });
  const [one, two] = await Promise.all([world.model(), world.model()]);
  const arn = await deploy(world, one, uniqueName('reviews'));
  const other = await deploy(world, one);
  await expect(deploy(world, one)).rejects.toMatchObject({ name: 'ServiceQuotaExceededException' });
  expect(arn).toMatch(/^arn:aws:bedrock:us-east-1:000000000000:custom-model-deployment\/[a-z0-9]{12}$/);
  const { modelDeploymentName, ...created } = await deployment(world, arn);
  expect(created).toMatchObject({ status: 'Creating', modelArn: one, createdAt: expect.any(Date) });
  const remove = (customModelDeploymentIdentifier = arn) =>
    world.bedrock.send(new DeleteCustomModelDeploymentCommand({ customModelDeploymentIdentifier }));
  await expect(remove()).rejects.toMatchObject({ name: 'ConflictException' });
  goOn(world);
  expect((await settled(world, arn)).status).toBe('Active');
  await settled(world, other);
  await remove(other);
  await expect(deploy(world, two, modelDeploymentName)).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'The provided deployment name is currently in use.',
  });

  const update = new UpdateCustomModelDeploymentCommand({
    customModelDeploymentIdentifier: String(modelDeploymentName),
    modelArn: two,
  });
  expect((await world.bedrock.send(update)).customModelDeploymentArn).toBe(arn);
  expect(await deployment(world, arn)).toMatchObject({
    status: 'Active',
    modelArn: one,
    updateDetails: { modelArn: two, updateStatus: 'Updating' },
  });
  goOn(world);
  expect(await settled(world, arn)).toMatchObject({
    modelArn: two,
    updateDetails: { updateStatus: 'UpdateCompleted' },
  });

  const listed = await world.bedrock.send(new ListCustomModelDeploymentsCommand({ modelArnEquals: two }));
  expect(listed.modelDeploymentSummaries).toMatchObject([
    { customModelDeploymentArn: arn, customModelDeploymentName: modelDeploymentName, modelArn: two, status: 'Active' },
  ]);
  const removeModel = (modelIdentifier: string) =>
    world.bedrock.send(new DeleteCustomModelCommand({ modelIdentifier }));
  await removeModel(one);
  await expect(removeModel(two)).rejects.toMatchObject({
    name: 'ConflictException',
    message: expect.stringContaining(arn),
  });
  await remove();
  await expect(deployment(world, arn)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await removeModel(two);
  await expect(world.bedrock.send(new GetCustomModelCommand({ modelIdentifier: two }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
    $metadata: { httpStatusCode: 404 },
  });
  expect((await world.bedrock.send(new ListCustomModelsCommand({}))).modelSummaries).toEqual([]);
});

test('a deployment fails, and an update fails while the old model goes on', async () => {
  const world = await ownBedrock();
  const [one, two] = await Promise.all([world.model(), world.model()]);
  const create = 'CreateCustomModelDeployment';
  world.server?.setFaults({
    rules: [
      { operation: create, name: 'bad', jobFails: 'The model could not be loaded' },
      { operation: 'UpdateCustomModelDeployment', name: 'good', rollback: 'The new model is not well' },
    ],
  });
  const [bad, good] = await Promise.all([
    deploy(world, one, uniqueName('bad')),
    deploy(world, one, uniqueName('good')),
  ]);
  expect(await settled(world, bad)).toMatchObject({
    status: 'Failed',
    failureMessage: 'The model could not be loaded',
  });
  await settled(world, good);
  await world.bedrock.send(
    new UpdateCustomModelDeploymentCommand({ customModelDeploymentIdentifier: good, modelArn: two }),
  );
  expect(await settled(world, good)).toMatchObject({
    status: 'Active',
    modelArn: one,
    failureMessage: 'The new model is not well',
    updateDetails: { modelArn: two, updateStatus: 'UpdateFailed' },
  });
});

test('only models that AWS serves on demand are deployed so', async () => {
  const world = await ownBedrock();
  const data = Array.from({ length: 10 }, (_, index) => `{"prompt":"question ${index}","completion":"answer"}`).join(
    '\n',
  );
  const titan = await world.model(data, { baseModelIdentifier: 'amazon.titan-text-lite-v1:0:4k' });
  await expect(deploy(world, titan)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('served by provisioned throughput'),
  });
});

test('provisioned throughput is created, moved to another model, renamed and deleted', async () => {
  const world = await ownBedrock({ faults: HELD });
  const [one, two] = await Promise.all([world.model(), world.model()]);
  const create = (input: { modelId: string; modelUnits?: number; commitmentDuration?: 'OneMonth' }) =>
    world.bedrock.send(
      new CreateProvisionedModelThroughputCommand({ provisionedModelName: uniqueName('pt'), modelUnits: 1, ...input }),
    );
  const get = (provisionedModelId: string) =>
    world.bedrock.send(new GetProvisionedModelThroughputCommand({ provisionedModelId }));
  const remove = (provisionedModelId: string) =>
    world.bedrock.send(new DeleteProvisionedModelThroughputCommand({ provisionedModelId }));
  const inService = (id: string) => {
    goOn(world);
    return eventually(`${id} is in service`, async () =>
      (await get(id)).status === 'InService' ? get(id) : undefined,
    );
  };

  const arn = String((await create({ modelId: one })).provisionedModelArn);
  expect(arn).toMatch(/:provisioned-model\/[a-z0-9]{12}$/);
  expect(await get(arn)).toMatchObject({ status: 'Creating', modelArn: one, desiredModelArn: one, modelUnits: 1 });
  await expect(remove(arn)).rejects.toMatchObject({ name: 'ConflictException' });
  await inService(arn);
  const desiredProvisionedModelName = uniqueName('renamed');
  await world.bedrock.send(
    new UpdateProvisionedModelThroughputCommand({
      provisionedModelId: arn,
      desiredModelId: two,
      desiredProvisionedModelName,
    }),
  );
  expect(await get(arn)).toMatchObject({ status: 'Updating', modelArn: one, desiredModelArn: two });
  expect(await inService(desiredProvisionedModelName)).toMatchObject({ provisionedModelArn: arn, modelArn: two });
  await expect(world.bedrock.send(new DeleteCustomModelCommand({ modelIdentifier: two }))).rejects.toMatchObject({
    name: 'ConflictException',
  });

  await expect(create({ modelId: one, modelUnits: 4 })).rejects.toMatchObject({
    name: 'ServiceQuotaExceededException',
  });
  const committed = await create({ modelId: 'amazon.nova-lite-v1:0', commitmentDuration: 'OneMonth' });
  const { commitmentExpirationTime } = await inService(String(committed.provisionedModelArn));
  expect(Number(commitmentExpirationTime) - Date.now()).toBeGreaterThan(27 * 24 * 3600 * 1000);
  await expect(remove(String(committed.provisionedModelArn))).rejects.toMatchObject({
    name: 'ConflictException',
    message: expect.stringContaining('is committed to until'),
  });
  await remove(arn);
  const { provisionedModelSummaries } = await world.bedrock.send(new ListProvisionedModelThroughputsCommand({}));
  expect(provisionedModelSummaries?.map((each) => each.provisionedModelArn)).toEqual([committed.provisionedModelArn]);
});

test('what is created carries its tags', async () => {
  const world = await ownBedrock();
  const tag = (key: string) => ({ key, value: key.toUpperCase() });
  const modelArn = await world.model(undefined, { jobTags: [tag('job')], customModelTags: [tag('model')] });
  const { jobArn } = await world.bedrock.send(new GetCustomModelCommand({ modelIdentifier: modelArn }));
  const { customModelDeploymentArn } = await world.bedrock.send(
    new CreateCustomModelDeploymentCommand({
      modelDeploymentName: uniqueName('d'),
      modelArn,
      tags: [tag('deployment')],
    }),
  );
  const tags = async (resourceARN: string | undefined) =>
    (await world.bedrock.send(new ListTagsForResourceCommand({ resourceARN }))).tags;
  expect(await tags(jobArn)).toEqual([tag('job')]);
  expect(await tags(modelArn)).toEqual([tag('model')]);
  expect(await tags(customModelDeploymentArn)).toEqual([tag('deployment')]);
  await world.bedrock.send(new TagResourceCommand({ resourceARN: modelArn, tags: [tag('a'), tag('b')] }));
  await world.bedrock.send(new UntagResourceCommand({ resourceARN: modelArn, tagKeys: ['a', 'model'] }));
  expect(await tags(modelArn)).toEqual([tag('b')]);
  const many = Array.from({ length: 200 }, (_, index) => tag(`t${index}`));
  await expect(world.bedrock.send(new TagResourceCommand({ resourceARN: modelArn, tags: many }))).rejects.toMatchObject(
    { name: 'TooManyTagsException', resourceName: modelArn },
  );
  await expect(tags(`${modelArn.slice(0, -12)}abcdefghijkl`)).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});
