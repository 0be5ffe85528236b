import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DescribeEndpointCommand,
  DescribeEndpointConfigCommand,
  DescribeModelCommand,
} from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import type { DeploymentInput } from '../../activities/deployment/deployment.ts';
import { readTraffic } from '../../activities/monitoring/traffic.ts';
import type { TrainingInput } from '../../activities/sagemaker/training-request.ts';
import type { Deployment } from '../../spec/deployment.ts';
import { endpointConfigName, modelName, type RunRef } from '../../spec/naming.ts';
import { servingOf } from '../../spec/serving.ts';
import { account, clients, once, pipeline, preparedTraining, settled, trained } from '../support/activities.ts';
import { handedDown } from '../support/hand-over.ts';

const WRONG_ANSWERS = `
def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    return body

def predict_fn(data, model):
    return data

def output_fn(prediction, accept):
    return '{"label": "neither"}', accept
`;
const BROKEN = 'raise RuntimeError("no such tokenizer")\n';

interface Release {
  readonly training: TrainingInput;
  readonly deployment: DeploymentInput;
}

async function release(endpoint?: string, name?: string, inference?: string): Promise<Release> {
  const prepared = await preparedTraining(inference ? { inference } : {});
  const training = name ? { ...prepared, run: { ...prepared.run, name } } : prepared;
  const { artifact } = await trained(training);
  const model = { engine: 'sagemaker' as const, artifact, serving: servingOf(training.spec, training.source, account) };
  const { run } = training;
  return {
    training,
    deployment: { run, account, model, endpoint: endpoint ?? run.name, instance: 'ml.t2.medium', instanceCount: 1 },
  };
}

async function deployed({ training, deployment }: Release): Promise<Deployment> {
  const { created } = await settled(pipeline.submitDeployment, deployment);
  return settled(pipeline.awaitDeployment, { ...deployment, record: handedDown, data: training.data, created });
}

const revert = ({ deployment: { run, endpoint } }: Release) =>
  settled(pipeline.revertDeployment, { run, account, endpoint });

const newest = ({ deployment: { run } }: Release) =>
  settled(pipeline.resolveBase, { base: `run:${run.name}`, account });

async function configOf(endpoint: string): Promise<string | undefined> {
  return (await clients.sagemaker.send(new DescribeEndpointCommand({ EndpointName: endpoint }))).EndpointConfigName;
}

async function captureOf(endpoint: string) {
  const config = new DescribeEndpointConfigCommand({ EndpointConfigName: await configOf(endpoint) });
  return (await clients.sagemaker.send(config)).DataCaptureConfig;
}

async function expectGone(run: RunRef): Promise<void> {
  const config = new DescribeEndpointConfigCommand({ EndpointConfigName: endpointConfigName(run) });
  await expect(clients.sagemaker.send(config)).rejects.toThrow(/Could not find/);
  const model = new DescribeModelCommand({ ModelName: modelName(run, 'candidate') });
  await expect(clients.sagemaker.send(model)).rejects.toThrow(/Could not find/);
}

it('creates an endpoint, updates it for the next run, and can put the one before back', async () => {
  const first = await release();
  const uri = `s3://${account.bucket}/captured/`;
  const created = await deployed({ ...first, deployment: { ...first.deployment, capture: { percentage: 100, uri } } });
  expect(created).toMatchObject({ created: true, endpointConfig: endpointConfigName(first.deployment.run) });
  expect(await captureOf(first.deployment.endpoint)).toMatchObject({
    EnableCapture: true,
    InitialSamplingPercentage: 100,
    DestinationS3Uri: uri,
    CaptureOptions: [{ CaptureMode: 'Input' }, { CaptureMode: 'Output' }],
    CaptureContentTypeHeader: { JsonContentTypes: ['application/json', 'application/jsonlines'] },
  });
  expect(created.smokeTest.output).toMatch(/"label": "(positive|negative)"/);

  const second = await release(first.deployment.endpoint, first.deployment.run.name);
  expect(await deployed(second)).toMatchObject({ created: false });
  expect(await configOf(first.deployment.endpoint)).toBe(endpointConfigName(second.deployment.run));
  // As its run asks for none.
  expect(await captureOf(first.deployment.endpoint)).toBeUndefined();
  const source = { engine: 'sagemaker', endpoint: first.deployment.endpoint, uri } as const;
  const traffic = readTraffic(clients.s3, source, { from: new Date(0).toISOString(), to: new Date().toISOString() });
  for await (const asked of traffic) expect.unreachable(`only the smoke test asked, and not ${JSON.stringify(asked)}`);
  expect(traffic.tally).toMatchObject({ requests: 1, own: 1, broken: 0 });

  await revert(second);
  expect(await configOf(first.deployment.endpoint)).toBe(endpointConfigName(first.deployment.run));
  expect(await newest(second)).toMatchObject(first.deployment.model);
  await expectGone(second.deployment.run);
  await revert(second);

  await revert(first);
  await expect(configOf(first.deployment.endpoint)).rejects.toThrow(/Could not find/);
  await expectGone(first.deployment.run);
});

it('attaches to what a former attempt created', async () => {
  const one = await release();
  expect(await settled(pipeline.submitDeployment, one.deployment)).toEqual({ created: true });
  expect(await settled(pipeline.submitDeployment, one.deployment)).toEqual({ created: true });
  expect(await deployed(one)).toMatchObject({ created: true });
  await revert(one);
});

it('an update that SageMaker rolls back is a failure, and the old config is still there', async () => {
  const first = await release();
  await deployed(first);
  const second = await release(first.deployment.endpoint, first.deployment.run.name, BROKEN);
  await expect(deployed(second)).rejects.toMatchObject({
    type: 'RolledBack',
    message: expect.stringContaining(endpointConfigName(first.deployment.run)),
  });
  await revert(second);
  expect(await configOf(first.deployment.endpoint)).toBe(endpointConfigName(first.deployment.run));
  await expectGone(second.deployment.run);
  await revert(first);
});

it('an endpoint that answers nonsense fails its smoke test', async () => {
  const wrong = await release(undefined, undefined, WRONG_ANSWERS);
  await expect(deployed(wrong)).rejects.toMatchObject({
    type: 'SmokeTestFailed',
    message: expect.stringContaining('{"label": "neither"}'),
  });
  await expect(newest(wrong)).rejects.toMatchObject({ type: 'BaseNotFound' });
  await revert(wrong);
});

it('an endpoint that does not come up fails with its reason', async () => {
  const broken = await release(undefined, undefined, BROKEN);
  await expect(deployed(broken)).rejects.toMatchObject({ type: 'EndpointFailed' });
  await revert(broken);
  await expect(configOf(broken.deployment.endpoint)).rejects.toThrow(/Could not find/);
});

it('a run waits for the endpoint until another one has proven its own, and then goes back to that', async () => {
  const [first, second] = [await release(), await release()];
  const shared = first.deployment.endpoint;
  const { run, endpoint } = second.deployment;
  const later = {
    ...second,
    deployment: { ...second.deployment, run: { ...run, name: first.deployment.run.name }, endpoint: shared },
  };
  expect(endpoint).not.toBe(shared);
  await settled(pipeline.submitDeployment, first.deployment);
  const inService = new DescribeEndpointCommand({ EndpointName: shared });
  while ((await clients.sagemaker.send(inService)).EndpointStatus !== 'InService');
  await expect(once(pipeline.submitDeployment, later.deployment)).rejects.toMatchObject({ type: 'InProgress' });

  await deployed(first);
  await deployed(later);
  // A run that is undone after it was followed by another leaves the other's endpoint, and its way back, as they are.
  await revert(first);
  expect(await configOf(shared)).toBe(endpointConfigName(later.deployment.run));
  await revert(later);
  expect(await configOf(shared)).toBe(endpointConfigName(first.deployment.run));
  await revert(first);
  await expect(configOf(shared)).rejects.toThrow(/Could not find/);
});

it('two runs that create one endpoint at once take turns', async () => {
  const [first, second] = [await release(), await release()];
  const { name } = first.deployment.run;
  const run = { ...second.deployment.run, name };
  const other = { ...second, deployment: { ...second.deployment, run, endpoint: first.deployment.endpoint } };
  const results = await Promise.all([deployed(first), deployed(other)]);
  expect(results.map(({ created }) => created).sort()).toEqual([false, true]);
});

it('a config of its name that somebody else made is refused, and stays, with the endpoint that it serves', async () => {
  const theirs = await release();
  await deployed(theirs);
  const ours = await release();
  const { run, endpoint } = ours.deployment;
  const EndpointConfigName = endpointConfigName(run);
  const { ProductionVariants } = await clients.sagemaker.send(
    new DescribeEndpointConfigCommand({ EndpointConfigName: endpointConfigName(theirs.deployment.run) }),
  );
  await clients.sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName, ProductionVariants }));
  await expect(settled(pipeline.submitDeployment, ours.deployment)).rejects.toMatchObject({ type: 'Conflict' });
  await clients.sagemaker.send(new CreateEndpointCommand({ EndpointName: endpoint, EndpointConfigName }));
  await revert(ours);
  expect(await configOf(endpoint)).toBe(EndpointConfigName);
  const model = new DescribeModelCommand({ ModelName: modelName(run, 'candidate') });
  await expect(clients.sagemaker.send(model)).rejects.toThrow(/Could not find/);
  await revert(theirs);
});

it("leaves somebody else's endpoint alone", async () => {
  const theirs = await release();
  await deployed(theirs);
  const foreign = `${theirs.deployment.run.name}-foreign`;
  const EndpointConfigName = endpointConfigName(theirs.deployment.run);
  await clients.sagemaker.send(new CreateEndpointCommand({ EndpointName: foreign, EndpointConfigName }));
  const ours = await release(foreign);
  await expect(settled(pipeline.submitDeployment, ours.deployment)).rejects.toMatchObject({
    type: 'Conflict',
    message: expect.stringContaining('was not made by Temper'),
  });
  await revert(ours);
  expect(await configOf(foreign)).toBe(EndpointConfigName);
  await revert(theirs);
});
