import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateEndpointCommand, CreateTrainingJobCommand, DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { expect, onTestFinished, test } from 'vitest';
import { identify } from '../../../local/processes.ts';
import { type SageMakerOptions, startSageMaker } from '../../../local/sagemaker/server.ts';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { sageMakerProcess, serverOptions, World } from './support.ts';

async function serve(options: SageMakerOptions): Promise<World> {
  const server = await startSageMaker(options);
  const world = new World(server.url, server);
  onTestFinished(async () => {
    await server.close();
    world.close();
  });
  return world;
}

const ECHO = `
import os
def model_fn(model_dir):
    print("serving", os.getpid(), flush=True)
def transform_fn(model, body, content_type, accept):
    return body, content_type
`;

/** Waits for a file that the test makes, and says so. */
const WAITS = `
import os, sys, time
print("pid", os.getpid(), flush=True)
while not os.path.exists(sys.argv[2]):
    time.sleep(0.02)
open(os.environ["SM_MODEL_DIR"] + "/done.txt", "w").write("done")
`;

test('killed and started again, it ends what it left, finishes its jobs and serves its endpoints', async () => {
  const options = await serverOptions();
  const { child, url } = await sageMakerProcess(options);
  const before = new World(url);
  onTestFinished(() => before.close());
  const flag = join(options.home, 'go');
  const request = await before.trainingRequest(WAITS, { HyperParameters: { flag: JSON.stringify(flag) } });
  await before.sagemaker.send(new CreateTrainingJobCommand(request));
  const model = await before.model(ECHO);
  await before.sagemaker.send(new CreateEndpointCommand({ EndpointName: model, EndpointConfigName: model }));
  await before.settled(model);
  const trained = Number(/pid (\d+)/.exec(await before.logged(request.TrainingJobName, 'pid '))?.[1]);
  const served = Number(
    /serving (\d+)/.exec(await before.logged('AllTraffic', 'serving', `/aws/sagemaker/Endpoints/${model}`))?.[1],
  );
  const running = identify(trained);
  expect(running).toBeDefined();
  child.kill('SIGKILL');

  // A model server does not even wait for the next start.
  await eventually('the model server is gone', async () => (identify(served) ? undefined : true));
  expect(identify(trained)).toEqual(running);

  const after = await serve(options);
  expect(identify(trained)).not.toEqual(running);
  expect((await after.describe(request.TrainingJobName)).TrainingJobStatus).toBe('InProgress');
  const answer = await after.runtime.send(
    new InvokeEndpointCommand({ EndpointName: model, Body: 'hello', ContentType: 'text/plain' }),
  );
  expect(new TextDecoder().decode(answer.Body)).toBe('hello');

  writeFileSync(flag, '');
  const job = await after.over(request.TrainingJobName);
  expect(job.FailureReason).toBeUndefined();
  expect(job.TrainingJobStatus).toBe('Completed');
  expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
    'Starting',
    'Downloading',
    'Training',
    'Restarting',
    'Downloading',
    'Training',
    'Uploading',
    'Completed',
  ]);
  expect(await after.files(String(job.ModelArtifacts?.S3ModelArtifacts))).toEqual({ 'done.txt': 'done' });
});

test('closing ends every process and fails nothing', async () => {
  const options = await serverOptions();
  const first = await startSageMaker(options);
  const world = new World(first.url);
  onTestFinished(() => world.close());
  const request = await world.trainingRequest(WAITS, { HyperParameters: { flag: '"/nowhere"' } });
  await world.sagemaker.send(new CreateTrainingJobCommand(request));
  const model = await world.model(ECHO);
  await world.sagemaker.send(new CreateEndpointCommand({ EndpointName: model, EndpointConfigName: model }));
  await world.settled(model);
  await world.logged(request.TrainingJobName, 'pid ');
  await first.close();
  expect(readdirSync(join(options.home, 'sagemaker', 'processes'))).toEqual([]);

  const again = await serve(options);
  expect(await again.describe(request.TrainingJobName)).toMatchObject({ TrainingJobStatus: 'InProgress' });
  expect(await again.sagemaker.send(new DescribeEndpointCommand({ EndpointName: model }))).toMatchObject({
    EndpointStatus: 'InService',
  });
});

test('a home has one server at a time', async () => {
  const options = await serverOptions();
  await serve(options);
  await expect(startSageMaker(options)).rejects.toThrow(/is in use by process \d+/);
});

test('what was created is described by the next server as it was', async () => {
  const options = await serverOptions();
  const first = await startSageMaker(options);
  const world = new World(first.url);
  onTestFinished(() => world.close());
  const request = await world.trainingRequest('print("ok")', { TrainingJobName: uniqueName('kept') });
  await world.sagemaker.send(new CreateTrainingJobCommand(request));
  const { $metadata: _, ...job } = await world.over(request.TrainingJobName);
  await first.close();
  const again = await serve(options);
  const { $metadata: __, ...kept } = await again.describe(request.TrainingJobName);
  expect(kept).toEqual(job);
});
