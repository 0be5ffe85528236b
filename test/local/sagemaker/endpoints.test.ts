import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  DeleteEndpointCommand,
  DescribeEndpointCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { ownSageMaker, type World } from './support.ts';

const echo = (word: string) => `
import json, os
def model_fn(model_dir):
    return {"word": ${JSON.stringify(word)}, "files": sorted(os.listdir(model_dir))}
def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError("cannot read " + content_type)
    return json.loads(body)
def predict_fn(data, model):
    return {"word": model["word"], "files": model["files"], "data": data}
def output_fn(prediction, accept):
    return json.dumps(prediction), accept
`;

async function invoke(world: World, EndpointName: string, body: unknown = 1): Promise<Record<string, unknown>> {
  const { Body, InvokedProductionVariant } = await world.runtime.send(
    new InvokeEndpointCommand({ EndpointName, Body: JSON.stringify(body), ContentType: 'application/json' }),
  );
  expect(InvokedProductionVariant).toBe('AllTraffic');
  return JSON.parse(new TextDecoder().decode(Body));
}

async function create(world: World, EndpointConfigName: string): Promise<string> {
  const EndpointName = uniqueName('endpoint');
  await world.sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName }));
  return EndpointName;
}

test('an endpoint is created, answers, moves to another model and goes away', async () => {
  const world = await ownSageMaker();
  const [one, two] = [await world.model(echo('one'), { 'weights.txt': '1' }), await world.model(echo('two'))];
  const name = await create(world, one);
  expect(await world.settled(name)).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: one });
  expect(await invoke(world, name, { a: [1, 'é'] })).toEqual({
    word: 'one',
    files: ['code', 'weights.txt'],
    data: { a: [1, 'é'] },
  });

  await world.sagemaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: two }));
  await expect(
    world.sagemaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: two })),
  ).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('Cannot update in-progress endpoint "arn:'),
  });
  const updating = await world.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
  expect(updating).toMatchObject({
    EndpointStatus: 'Updating',
    EndpointConfigName: one,
    PendingDeploymentSummary: {
      EndpointConfigName: two,
      ProductionVariants: [{ VariantName: 'AllTraffic', DesiredInstanceCount: 1 }],
      StartTime: expect.any(Date),
    },
  });
  // The old fleet answers until the new one does.
  const words = new Set<unknown>();
  await eventually('the second model answers', async () => {
    words.add((await invoke(world, name)).word);
    return words.has('two') || undefined;
  });
  const updated = await world.settled(name);
  expect(updated).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: two });
  expect(updated.PendingDeploymentSummary).toBeUndefined();

  await world.sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
  await expect(invoke(world, name)).rejects.toMatchObject({
    name: 'ValidationError',
    message: `Endpoint ${name} of account 000000000000 not found.`,
  });
  const gone = await eventually('the endpoint is gone', () =>
    world.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name })).then(
      () => undefined,
      (error: Error) => error,
    ),
  );
  expect(gone).toMatchObject({
    name: 'ValidationException',
    message: `Could not find endpoint "arn:aws:sagemaker:us-east-1:000000000000:endpoint/${name}".`,
  });
});

test('an update whose model does not load rolls back: in service, with the old configuration and a reason', async () => {
  const world = await ownSageMaker();
  const good = await world.model(echo('good'));
  const bad = await world.model('import nothing_of_that_name\n');
  const name = await create(world, good);
  await world.settled(name);
  await world.sagemaker.send(new UpdateEndpointCommand({ EndpointName: name, EndpointConfigName: bad }));
  const endpoint = await eventually('the update is over', async () => {
    const described = await world.sagemaker.send(new DescribeEndpointCommand({ EndpointName: name }));
    return described.EndpointStatus === 'Updating' ? undefined : described;
  });
  expect(endpoint).toMatchObject({ EndpointStatus: 'InService', EndpointConfigName: good });
  expect(endpoint.FailureReason).toMatch(/AllTraffic did not pass the ping health check.*ModuleNotFoundError/);
  expect(await invoke(world, name)).toMatchObject({ word: 'good' });
  await world.logged('AllTraffic', 'ModuleNotFoundError', `/aws/sagemaker/Endpoints/${name}`);
});

test('an endpoint whose model does not load has failed, and can only be deleted', async () => {
  const world = await ownSageMaker();
  const bad = await world.model('raise RuntimeError("no weights")\n');
  const name = await create(world, bad);
  const endpoint = await world.settled(name);
  expect(endpoint).toMatchObject({ EndpointStatus: 'Failed' });
  expect(endpoint.FailureReason).toContain('RuntimeError: no weights');
  await expect(invoke(world, name)).rejects.toMatchObject({ name: 'ValidationError' });
  await world.sagemaker.send(new DeleteEndpointCommand({ EndpointName: name }));
});

test("a model's errors are ModelError, with its status and its message", async () => {
  const world = await ownSageMaker();
  const name = await create(world, await world.model(echo('x')));
  await world.settled(name);
  const failing = world.runtime.send(
    new InvokeEndpointCommand({ EndpointName: name, Body: 'a,b', ContentType: 'text/csv' }),
  );
  await expect(failing).rejects.toMatchObject({
    name: 'ModelError',
    OriginalStatusCode: 500,
    OriginalMessage: 'ValueError: cannot read text/csv',
    $metadata: { httpStatusCode: 424 },
  });
});

test('only JSON and CSV come as text, as by the toolkit', async () => {
  const world = await ownSageMaker();
  const name = await create(
    world,
    await world.model(`
def model_fn(model_dir): pass
def transform_fn(model, body, content_type, accept):
    return type(body).__name__, "text/plain"
`),
  );
  await world.settled(name);
  const kindOf = async (ContentType: string) => {
    const { Body } = await world.runtime.send(
      new InvokeEndpointCommand({ EndpointName: name, Body: '{}', ContentType }),
    );
    return new TextDecoder().decode(Body);
  };
  expect(await Promise.all(['application/json', 'text/csv'].map(kindOf))).toEqual(['str', 'str']);
  expect(await Promise.all(['application/jsonlines', 'text/plain'].map(kindOf))).toEqual(['bytes', 'bytes']);
});

test('a server that dies in service is started again', async () => {
  const world = await ownSageMaker();
  const suicidal = `${echo('alive')}
import signal
real = predict_fn
def predict_fn(data, model):
    if data == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    return real(data, model)
`;
  const name = await create(world, await world.model(suicidal));
  await world.settled(name);
  await expect(invoke(world, name, 'die')).rejects.toMatchObject({ name: 'ModelError' });
  const answer = await eventually('the endpoint answers again', () => invoke(world, name).catch(() => undefined));
  expect(answer).toMatchObject({ word: 'alive' });
});

test('a scikit-learn model is served by the defaults of the toolkit', async () => {
  const world = await ownSageMaker();
  const script = `
from sklearn.linear_model import LinearRegression
def model_fn(model_dir):
    return LinearRegression().fit([[0, 0], [1, 0], [0, 1]], [0, 2, 1])
`;
  const name = await create(world, await world.model(script));
  const { FailureReason } = await world.settled(name);
  expect(FailureReason).toBeUndefined();
  expect(
    await invoke(world, name, [
      [2, 0],
      [3, 1],
    ]),
  ).toEqual([expect.closeTo(4), expect.closeTo(7)]);
  const { Body, ContentType } = await world.runtime.send(
    new InvokeEndpointCommand({ EndpointName: name, Body: '2,0\n3,1\n', ContentType: 'text/csv', Accept: 'text/csv' }),
  );
  expect(ContentType).toBe('text/csv');
  expect(new TextDecoder().decode(Body).trim().split('\n').map(Number)).toEqual([expect.closeTo(4), expect.closeTo(7)]);
});

test('traffic goes to the variants by weight, and to the one that is asked for', async () => {
  const world = await ownSageMaker();
  const [one, two] = [await world.model(echo('one')), await world.model(echo('two'))];
  const config = uniqueName('config');
  const variant = (ModelName: string, InitialVariantWeight: number) => ({
    VariantName: ModelName,
    ModelName,
    InitialVariantWeight,
    InstanceType: 'ml.t2.medium' as const,
    InitialInstanceCount: 1,
  });
  await world.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: config,
      ProductionVariants: [variant(one, 0), variant(two, 1)],
    }),
  );
  const name = await create(world, config);
  await world.settled(name);
  const asked = async (TargetVariant?: string) =>
    (
      await world.runtime.send(
        new InvokeEndpointCommand({
          EndpointName: name,
          Body: '1',
          ContentType: 'application/json',
          ...(TargetVariant && { TargetVariant }),
        }),
      )
    ).InvokedProductionVariant;
  expect(await asked()).toBe(two);
  expect(await asked(one)).toBe(one);
});
