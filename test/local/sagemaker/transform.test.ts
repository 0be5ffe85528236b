import {
  CreateTransformJobCommand,
  type CreateTransformJobCommandInput,
  DescribeTransformJobCommand,
  StopTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { ownSageMaker, type World } from './support.ts';

const COUNT_LINES = `
import json, os
def model_fn(model_dir):
    return None
def transform_fn(model, body, content_type, accept):
    lines = body.decode().splitlines()
    if "boom" in lines:
        raise ValueError("cannot predict boom")
    return "\\n".join(json.dumps({"line": line, "of": len(lines), "batch": os.environ["SAGEMAKER_BATCH"]}) for line in lines), accept
`;

async function transform(world: World, ModelName: string, more: Partial<CreateTransformJobCommandInput> = {}) {
  const TransformJobName = uniqueName('transform');
  const input: CreateTransformJobCommandInput = {
    TransformJobName,
    ModelName,
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${world.bucket}/in/` } },
      ContentType: 'application/jsonlines',
      SplitType: 'Line',
    },
    TransformOutput: {
      S3OutputPath: `s3://${world.bucket}/out/`,
      Accept: 'application/jsonlines',
      AssembleWith: 'Line',
    },
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    ...more,
  };
  await world.sagemaker.send(new CreateTransformJobCommand(input));
  const job = await eventually(`${TransformJobName} is over`, async () => {
    const described = await world.sagemaker.send(new DescribeTransformJobCommand({ TransformJobName }));
    return described.TransformJobStatus === 'InProgress' ? undefined : described;
  });
  const lines = async (name: string) =>
    (await world.get(`s3://${world.bucket}/out/${name}.out`))
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
  return { job, lines };
}

test('every object under the prefix goes through the model, in batches, in order', async () => {
  const world = await ownSageMaker();
  const model = await world.model(COUNT_LINES);
  const big = Array.from({ length: 30_000 }, (_, index) => `${index}-${'x'.repeat(60)}`);
  await world.put('in/big.jsonl', big.join('\n'));
  await world.put('in/deep/small.jsonl', 'a\n\nb\n');
  const { job, lines } = await transform(world, model, { MaxPayloadInMB: 1, MaxConcurrentTransforms: 2 });
  expect(job.FailureReason).toBeUndefined();
  expect(job.TransformJobStatus).toBe('Completed');
  const answers = await lines('big.jsonl');
  expect(answers.map(({ line }) => line)).toEqual(big);
  expect(new Set(answers.map(({ of }) => of)).size).toBeGreaterThan(1);
  expect(await lines('deep/small.jsonl')).toEqual([
    { line: 'a', of: 2, batch: 'true' },
    { line: 'b', of: 2, batch: 'true' },
  ]);
});

test('SingleRecord sends each line by itself', async () => {
  const world = await ownSageMaker();
  const model = await world.model(COUNT_LINES);
  await world.put('in/a.jsonl', 'a\nb\n');
  const { lines } = await transform(world, model, { BatchStrategy: 'SingleRecord' });
  expect((await lines('a.jsonl')).map(({ of }) => of)).toEqual([1, 1]);
});

test('a model that fails fails the job, with what it said', async () => {
  const world = await ownSageMaker();
  const model = await world.model(COUNT_LINES);
  await world.put('in/a.jsonl', 'a\nboom\n');
  const { job } = await transform(world, model);
  expect(job.TransformJobStatus).toBe('Failed');
  expect(job.FailureReason).toMatch(/See job logs for more information.*cannot predict boom/);
  await world.logged(job.TransformJobName, 'ValueError: cannot predict boom', '/aws/sagemaker/TransformJobs');
});

test('a transform job is stopped', async () => {
  const world = await ownSageMaker();
  const model = await world.model(`
import time
def model_fn(model_dir):
    print("loading", flush=True)
    time.sleep(600)
`);
  await world.put('in/a.jsonl', 'a\n');
  const TransformJobName = uniqueName('transform');
  await world.sagemaker.send(
    new CreateTransformJobCommand({
      TransformJobName,
      ModelName: model,
      TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${world.bucket}/in/` } } },
      TransformOutput: { S3OutputPath: `s3://${world.bucket}/out/` },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    }),
  );
  await world.logged(TransformJobName, 'loading', '/aws/sagemaker/TransformJobs');
  await world.sagemaker.send(new StopTransformJobCommand({ TransformJobName }));
  const job = await eventually('the job is stopped', async () => {
    const described = await world.sagemaker.send(new DescribeTransformJobCommand({ TransformJobName }));
    return described.TransformJobStatus === 'Stopping' ? undefined : described;
  });
  expect(job.TransformJobStatus).toBe('Stopped');
  await expect(world.sagemaker.send(new StopTransformJobCommand({ TransformJobName }))).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'The request was rejected because the transform job is in status Stopped.',
  });
});
