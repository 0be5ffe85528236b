import { once } from 'node:events';
import { request } from 'node:http';
import {
  CreateEndpointCommand,
  CreateTrainingJobCommand,
  DescribeEndpointCommand,
  ListModelsCommand,
  ListTrainingJobsCommand,
  UpdateEndpointCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { Faults, faultPlanSchema, parseFaultPlan } from '../../../local/aws/faults.ts';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { ownSageMaker } from './support.ts';

test('a plan is read from YAML', () => {
  const plan = parseFaultPlan(
    'seed: 3\nrules:\n  - operation: CreateTrainingJob\n    error: ThrottlingException\n    times: 2\n',
    'faults.yaml',
  );
  expect(plan).toEqual({
    seed: 3,
    rules: [{ operation: 'CreateTrainingJob', error: 'ThrottlingException', times: 2 }],
  });
});

test('editors can complete a plan', () => {
  const { properties } = z.toJSONSchema(faultPlanSchema);
  expect(properties).toMatchObject({
    rules: { items: { required: ['operation'], properties: { delay: { pattern: expect.any(String) } } } },
  });
});

test('a wrong plan is told of each mistake', () => {
  const yaml =
    'rules:\n  - operation: "*"\n    delay: soon\n  - operation: "*"\n    status: 500\n    reset: true\n  - status: 500\n    sometimes: true\n';
  let message = '';
  try {
    parseFaultPlan(yaml, 'faults.yaml');
  } catch (error) {
    message = String(error);
  }
  expect(message).toContain('invalid fault plan faults.yaml:');
  expect(message).toMatch(/write it as 5s, 2m or 1h\n\s*→ at rules\[0\].delay/);
  expect(message).toMatch(/exactly one effect: .*\n\s*→ at rules\[1\]/);
  expect(message).toMatch(/"sometimes"\n\s*→ at rules\[2\]/);
});

test('rules count, and chance repeats with its seed', () => {
  const faults = new Faults({ rules: [{ operation: 'ListModels', after: 1, times: 2, status: 503 }] });
  expect([1, 2, 3, 4].map(() => faults.meet('ListModels', '').status)).toEqual([undefined, 503, 503, undefined]);
  const drawn = (seed: number) => {
    const chance = new Faults({ seed, rules: [{ operation: '*', probability: 0.5, status: 500 }] });
    return Array.from({ length: 64 }, () => (chance.meet('ListModels', '').status ? 1 : 0)).join('');
  };
  expect(drawn(7)).toBe(drawn(7));
  expect(drawn(7)).not.toBe(drawn(8));
  expect(drawn(7)).toMatch(/(?=.*0)(?=.*1)/);
});

test('calls are throttled, broken and cut', async () => {
  const world = await ownSageMaker();
  const list = () => world.sagemaker.send(new ListModelsCommand({}));
  world.server?.setFaults({ rules: [{ operation: 'ListModels', error: 'ThrottlingException' }] });
  await expect(list()).rejects.toMatchObject({
    name: 'ThrottlingException',
    message: 'Rate exceeded',
  });
  world.server?.setFaults({
    rules: [{ operation: '*', error: { code: 'ResourceLimitExceeded', message: 'no more' } }],
  });
  await expect(list()).rejects.toMatchObject({ name: 'ResourceLimitExceeded', message: 'no more' });
  world.server?.setFaults({ rules: [{ operation: '*', status: 500 }] });
  await expect(list()).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
  world.server?.setFaults({ rules: [{ operation: '*', reset: true }] });
  await expect(list()).rejects.toMatchObject({ code: 'ECONNRESET' });
  world.server?.setFaults({ rules: [{ operation: 'InvokeEndpoint', name: 'one', error: 'ServiceUnavailable' }] });
  const invoke = (EndpointName: string) => world.runtime.send(new InvokeEndpointCommand({ EndpointName, Body: '' }));
  await expect(invoke('one')).rejects.toMatchObject({ name: 'ServiceUnavailable' });
  await expect(invoke('two')).rejects.toMatchObject({ name: 'ValidationError' });
  world.server?.setFaults({ rules: [] });
  await expect(list()).resolves.toMatchObject({ Models: [] });
});

test('a job is created although the answer is lost', async () => {
  const world = await ownSageMaker({
    faults: { rules: [{ operation: 'CreateTrainingJob', reset: true, afterDone: true, times: 1 }] },
  });
  const request = await world.trainingRequest('');
  const create = () => world.sagemaker.send(new CreateTrainingJobCommand(request));
  await expect(create()).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(create()).rejects.toMatchObject({ name: 'ResourceInUse' });
  expect((await world.sagemaker.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries).toHaveLength(1);
});

test('a delayed call whose caller hangs up is dropped', async () => {
  const world = await ownSageMaker();
  const input = await world.trainingRequest('');
  world.server?.setFaults({
    rules: [
      { operation: 'CreateTrainingJob', delay: '1s' },
      { operation: 'ListTrainingJobs', delay: '2s' },
    ],
  });
  const call = request(world.url, { method: 'POST', headers: { 'x-amz-target': 'SageMaker.CreateTrainingJob' } });
  call.on('error', () => {});
  call.end(JSON.stringify(input));
  await once(call, 'finish');
  call.destroy();
  // Delayed for longer, it looks when the job would have been created.
  expect((await world.sagemaker.send(new ListTrainingJobsCommand({}))).TrainingJobSummaries).toEqual([]);
});

test('jobs fail for lack of capacity, or start late', async () => {
  const CAPACITY =
    'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.';
  const world = await ownSageMaker({
    faults: {
      rules: [
        { operation: 'CreateTrainingJob', name: 'late', slowStart: '1s' },
        { operation: 'CreateTrainingJob', name: 'poor', jobFails: CAPACITY },
      ],
    },
  });
  const start = async (prefix: string) => {
    const request = await world.trainingRequest('', { TrainingJobName: uniqueName(prefix) });
    await world.sagemaker.send(new CreateTrainingJobCommand(request));
    return world.over(request.TrainingJobName);
  };
  const [poor, late] = await Promise.all([start('poor'), start('late')]);
  expect(poor).toMatchObject({ TrainingJobStatus: 'Failed', FailureReason: CAPACITY });
  expect(late.TrainingJobStatus).toBe('Completed');
  expect(Number(late.TrainingStartTime) - Number(late.CreationTime)).toBeGreaterThan(900);
});

test('an endpoint update is rolled back', async () => {
  const world = await ownSageMaker();
  const [one, two] = [await world.model('def model_fn(d): pass'), await world.model('def model_fn(d): pass')];
  const EndpointName = uniqueName('endpoint');
  await world.sagemaker.send(new CreateEndpointCommand({ EndpointName, EndpointConfigName: one }));
  await world.settled(EndpointName);
  world.server?.setFaults({ rules: [{ operation: 'UpdateEndpoint', rollback: 'the new fleet is not well' }] });
  await world.sagemaker.send(new UpdateEndpointCommand({ EndpointName, EndpointConfigName: two }));
  const endpoint = await eventually('the update is over', async () => {
    const described = await world.sagemaker.send(new DescribeEndpointCommand({ EndpointName }));
    return described.EndpointStatus === 'Updating' ? undefined : described;
  });
  expect(endpoint).toMatchObject({
    EndpointStatus: 'InService',
    EndpointConfigName: one,
    FailureReason: 'the new fleet is not well',
  });
});
