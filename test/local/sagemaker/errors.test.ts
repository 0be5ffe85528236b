import {
  AddTagsCommand,
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
  DeleteEndpointCommand,
  DeleteTagsCommand,
  DescribeModelCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  StopTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';
import { uniqueName } from '../../support/unique-name.ts';
import { IMAGE, ownSageMaker, ROLE, type World } from './support.ts';

const ARN = 'arn:aws:sagemaker:us-east-1:000000000000';

/** Calls an operation as a client that checks nothing. */
async function call(
  world: World,
  operation: string,
  body: unknown,
): Promise<{ status: number; type: string | null; body: Record<string, unknown> }> {
  const response = await fetch(world.url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': `SageMaker.${operation}` },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  return {
    status: response.status,
    type: response.headers.get('x-amzn-errortype'),
    body: JSON.parse(await response.text()),
  };
}

test('a request with many errors is told of all of them, in the words of AWS', async () => {
  const world = await ownSageMaker();
  const answer = await call(world, 'CreateTrainingJob', {
    TrainingJobName: 'no_underscores',
    HyperParameters: { long: 'x'.repeat(2501) },
    AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'Telepathy' },
    InputDataConfig: [{ ChannelName: 'a b', DataSource: {} }],
    OutputDataConfig: { S3OutputPath: 's3://b/o' },
    StoppingCondition: { MaxRuntimeInSeconds: 0 },
    Unknown: 1,
  });
  expect(answer).toMatchObject({ status: 400, type: 'ValidationException', body: { __type: 'ValidationException' } });
  const [count, ...errors] = String(answer.body.message).split(/: (?=Value)|; (?=Value)/);
  expect(count).toBe('6 validation errors detected');
  expect(errors.map((error) => error.replace(/x{2000,}/, 'x...'))).toEqual([
    "Value 'no_underscores' at 'trainingJobName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}",
    expect.stringMatching(
      /^Value '\{long=x\.\.\.\}' at 'hyperParameters' failed to satisfy constraint: Map value must satisfy constraint: \[Member must have length less than or equal to 2500/,
    ),
    "Value 'Telepathy' at 'algorithmSpecification.trainingInputMode' failed to satisfy constraint: Member must satisfy enum value set: [Pipe, File, FastFile]",
    "Value null at 'roleArn' failed to satisfy constraint: Member must not be null",
    "Value 'a b' at 'inputDataConfig.1.member.channelName' failed to satisfy constraint: Member must satisfy regular expression pattern: [A-Za-z0-9\\.\\-_]+",
    "Value '0' at 'stoppingCondition.maxRuntimeInSeconds' failed to satisfy constraint: Member must have value greater than or equal to 1",
  ]);
});

test('what is no request at all is refused as AWS refuses it', async () => {
  const world = await ownSageMaker();
  expect(await call(world, 'MakeCoffee', {})).toMatchObject({ status: 400, type: 'UnknownOperationException' });
  expect(await call(world, 'DescribeModel', 'not json')).toMatchObject({ status: 400, type: 'SerializationException' });
  expect(await call(world, 'DescribeModel', { ModelName: 3 })).toMatchObject({
    status: 400,
    type: 'SerializationException',
    body: { message: 'NUMBER_VALUE can not be converted to a String' },
  });
});

test('names are used once', async () => {
  const world = await ownSageMaker();
  const request = await world.trainingRequest('');
  const name = String(request.TrainingJobName);
  // Two at once: one job.
  const results = await Promise.allSettled(
    [1, 2].map(() => world.sagemaker.send(new CreateTrainingJobCommand(request))),
  );
  expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect(results.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: {
      name: 'ResourceInUse',
      message: `Job name must be unique within an AWS account and region, and a training job with this name already exists (${ARN}:training-job/${name})`,
      $metadata: { httpStatusCode: 400 },
    },
  });
  await world.over(name);
  await expect(world.sagemaker.send(new CreateTrainingJobCommand(request))).rejects.toMatchObject({
    name: 'ResourceInUse',
  });

  const model = await world.model('def model_fn(d): pass');
  const existing = (kind: string, arn: string) => ({
    name: 'ValidationException',
    message: `Cannot create already existing ${kind} "${ARN}:${arn}/${model}".`,
  });
  const PrimaryContainer = { Image: IMAGE };
  await expect(
    world.sagemaker.send(new CreateModelCommand({ ModelName: model, ExecutionRoleArn: ROLE, PrimaryContainer })),
  ).rejects.toMatchObject(existing('model', 'model'));
  const ProductionVariants = [
    { VariantName: 'a', ModelName: model, InstanceType: 'ml.t2.medium' as const, InitialInstanceCount: 1 },
  ];
  await expect(
    world.sagemaker.send(new CreateEndpointConfigCommand({ EndpointConfigName: model, ProductionVariants })),
  ).rejects.toMatchObject(existing('endpoint configuration', 'endpoint-config'));
  await world.sagemaker.send(new CreateEndpointCommand({ EndpointName: model, EndpointConfigName: model }));
  await expect(
    world.sagemaker.send(new CreateEndpointCommand({ EndpointName: model, EndpointConfigName: model })),
  ).rejects.toMatchObject(existing('endpoint', 'endpoint'));
});

test('what is not there is said in the words of AWS', async () => {
  const world = await ownSageMaker();
  const missing = (message: string) => ({ name: 'ValidationException', message });
  await expect(world.describe('nothing')).rejects.toMatchObject(missing('Requested resource not found.'));
  await expect(world.sagemaker.send(new StopTrainingJobCommand({ TrainingJobName: 'nothing' }))).rejects.toMatchObject(
    missing('Requested resource not found.'),
  );
  await expect(world.sagemaker.send(new DescribeModelCommand({ ModelName: 'nothing' }))).rejects.toMatchObject(
    missing(`Could not find model "${ARN}:model/nothing".`),
  );
  await expect(world.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'nothing' }))).rejects.toMatchObject(
    missing(`Could not find endpoint "${ARN}:endpoint/nothing".`),
  );
  await expect(
    world.sagemaker.send(new CreateEndpointCommand({ EndpointName: 'e', EndpointConfigName: 'nothing' })),
  ).rejects.toMatchObject(missing(`Could not find endpoint configuration "${ARN}:endpoint-config/nothing".`));
  const ModelDataUrl = `s3://${world.bucket}/model.tar.gz`;
  await expect(
    world.sagemaker.send(
      new CreateModelCommand({
        ModelName: 'm',
        ExecutionRoleArn: ROLE,
        PrimaryContainer: { Image: IMAGE, ModelDataUrl },
      }),
    ),
  ).rejects.toMatchObject(missing(`Could not find model data at ${ModelDataUrl}.`));
});

test('what a laptop cannot do is refused when the job is created', async () => {
  const world = await ownSageMaker();
  const request = await world.trainingRequest('');
  const refusal = async (change: object) =>
    String(
      await world.sagemaker
        .send(new CreateTrainingJobCommand({ ...request, ...change }))
        .catch((error: Error) => error),
    );
  const channel = (S3DataType: 'S3Prefix' | 'ManifestFile') => ({
    InputDataConfig: [
      { ChannelName: 'train', DataSource: { S3DataSource: { S3DataType, S3Uri: `s3://${world.bucket}/none/` } } },
    ],
  });
  const algorithm = (change: object) => ({ AlgorithmSpecification: { ...request.AlgorithmSpecification, ...change } });
  expect(await refusal(algorithm({ TrainingImage: '1.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2' }))).toMatch(
    /Cannot run image .*: sagemaker-scikit-learn$/,
  );
  expect(await refusal(channel('ManifestFile'))).toContain('ManifestFile; the laptop region reads S3Prefix');
  expect(await refusal(channel('S3Prefix'))).toContain(`No S3 objects found under S3 URL "s3://${world.bucket}/none/"`);
  for (const Regex of ['(?P<x>[0-9]+)', '(?i)loss=([0-9]+)', 'loss=([0-9]+)\\Z']) {
    expect(await refusal(algorithm({ MetricDefinitions: [{ Name: 'loss', Regex }] }))).toContain(
      'The regular expression of metric loss cannot be used',
    );
  }
  expect(await refusal({ ResourceConfig: { ...request.ResourceConfig, InstanceCount: 2 } })).toContain(
    'InstanceCount is 2',
  );
});

test('lists are filtered, sorted and paged', async () => {
  const world = await ownSageMaker();
  const prefix = uniqueName('listed');
  for (const index of [3, 1, 2]) {
    const request = await world.trainingRequest('', { TrainingJobName: `${prefix}-${index}` });
    await world.sagemaker.send(new CreateTrainingJobCommand(request));
  }
  await world.sagemaker.send(new CreateTrainingJobCommand(await world.trainingRequest('')));
  const names: (string | undefined)[] = [];
  let NextToken: string | undefined;
  do {
    const page: {
      TrainingJobSummaries?: { TrainingJobName?: string | undefined }[] | undefined;
      NextToken?: string | undefined;
    } = await world.sagemaker.send(
      new ListTrainingJobsCommand({
        NameContains: prefix,
        SortBy: 'Name',
        SortOrder: 'Descending',
        MaxResults: 2,
        NextToken,
      }),
    );
    names.push(...(page.TrainingJobSummaries ?? []).map(({ TrainingJobName }) => TrainingJobName));
    NextToken = page.NextToken;
  } while (NextToken);
  expect(names).toEqual([`${prefix}-3`, `${prefix}-2`, `${prefix}-1`]);
  for (const name of names) await world.over(name);
  const completed = await world.sagemaker.send(
    new ListTrainingJobsCommand({ NameContains: prefix, StatusEquals: 'Completed' }),
  );
  expect(completed.TrainingJobSummaries?.map(({ TrainingJobName }) => TrainingJobName)).toEqual([
    `${prefix}-3`,
    `${prefix}-1`,
    `${prefix}-2`,
  ]);
  expect(Object.keys(completed.TrainingJobSummaries?.[0] ?? {}).sort()).toEqual([
    'CreationTime',
    'LastModifiedTime',
    'SecondaryStatus',
    'TrainingEndTime',
    'TrainingJobArn',
    'TrainingJobName',
    'TrainingJobStatus',
  ]);
  const none = await world.sagemaker.send(
    new ListTrainingJobsCommand({ NameContains: prefix, CreationTimeAfter: new Date(Date.now() + 60_000) }),
  );
  expect(none.TrainingJobSummaries).toEqual([]);
});

test('resources carry tags', async () => {
  const world = await ownSageMaker();
  const request = await world.trainingRequest('', { Tags: [{ Key: 'a', Value: '1' }] });
  const { TrainingJobArn: ResourceArn } = await world.sagemaker.send(new CreateTrainingJobCommand(request));
  await world.sagemaker.send(
    new AddTagsCommand({
      ResourceArn,
      Tags: [
        { Key: 'b', Value: '2' },
        { Key: 'a', Value: '3' },
      ],
    }),
  );
  await world.sagemaker.send(new DeleteTagsCommand({ ResourceArn, TagKeys: ['b'] }));
  expect((await world.sagemaker.send(new ListTagsCommand({ ResourceArn }))).Tags).toEqual([{ Key: 'a', Value: '3' }]);
  expect(await world.describe(request.TrainingJobName)).not.toHaveProperty('Tags');
});
