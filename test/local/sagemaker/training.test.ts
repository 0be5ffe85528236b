import {
  CreateEndpointCommand,
  CreateEndpointConfigCommand,
  CreateModelCommand,
  CreateTrainingJobCommand,
} from '@aws-sdk/client-sagemaker';
import { InvokeEndpointCommand } from '@aws-sdk/client-sagemaker-runtime';
import { expect, test } from 'vitest';
import { IMAGE, ownSageMaker, ROLE } from './support.ts';

test('a script gets the container contract and leaves its model in S3', async () => {
  const world = await ownSageMaker();
  await world.put('data/part-1.txt', 'one');
  await world.put('data/deep/part-2.txt', 'two');
  const script = `
import json, os, sys
base = os.environ["SM_MODEL_DIR"]
files = sorted(os.path.relpath(os.path.join(d, f), os.environ["SM_CHANNEL_TRAIN"]) for d, _, fs in os.walk(os.environ["SM_CHANNEL_TRAIN"]) for f in fs)
with open(os.path.join(base, "seen.json"), "w") as out:
    json.dump({"argv": sys.argv[1:], "files": files, "hps": os.environ["SM_HPS"], "rate": os.environ["SM_HP_LEARNING-RATE"],
               "channels": os.environ["SM_CHANNELS"], "host": os.environ["SM_CURRENT_HOST"], "hosts": os.environ["SM_HOSTS"],
               "job": os.environ["TRAINING_JOB_NAME"], "own": os.environ["MINE"], "cwd": os.listdir(".")}, out)
with open(os.path.join(os.environ["SM_OUTPUT_DATA_DIR"], "report.txt"), "w") as out:
    out.write("fine")
print("loss: 0.5;"); print("loss: 0.25;", file=sys.stderr)
`;
  const request = await world.trainingRequest(script, {
    HyperParameters: {
      epochs: '3',
      'learning-rate': '1e-5',
      flag: 'true',
      layers: '[1, 2]',
      name: '"x y"',
      one: '1.0',
      raw: 'text',
    },
    Environment: { MINE: 'yes' },
    AlgorithmSpecification: {
      TrainingImage: '1.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1',
      TrainingInputMode: 'File',
      MetricDefinitions: [{ Name: 'loss', Regex: 'loss: ([0-9.]+);' }],
    },
    InputDataConfig: [
      {
        ChannelName: 'train',
        DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: `s3://${world.bucket}/data/` } },
      },
    ],
  });
  await world.sagemaker.send(new CreateTrainingJobCommand(request));
  const job = await world.over(request.TrainingJobName);
  expect(job.FailureReason).toBeUndefined();
  expect(job).toMatchObject({ TrainingJobStatus: 'Completed', SecondaryStatus: 'Completed' });
  expect(job.SecondaryStatusTransitions?.map(({ Status }) => Status)).toEqual([
    'Starting',
    'Downloading',
    'Training',
    'Uploading',
    'Completed',
  ]);
  expect(job.FinalMetricDataList).toMatchObject([{ MetricName: 'loss' }]);
  const uri = `s3://${world.bucket}/out/${request.TrainingJobName}/output`;
  expect(job.ModelArtifacts).toEqual({ S3ModelArtifacts: `${uri}/model.tar.gz` });
  const { 'seen.json': seen = '' } = await world.files(`${uri}/model.tar.gz`);
  expect(JSON.parse(seen)).toEqual({
    argv: [
      '--epochs',
      '3',
      '--flag',
      'True',
      '--layers',
      '[1, 2]',
      '--learning-rate',
      '1e-05',
      '--name',
      'x y',
      '--one',
      '1.0',
      '--raw',
      'text',
    ],
    files: ['deep/part-2.txt', 'part-1.txt'],
    hps: '{"epochs":3,"flag":true,"layers":[1,2],"learning-rate":1e-05,"name":"x y","one":1.0,"raw":"text"}',
    rate: '1e-05',
    channels: '["train"]',
    host: 'algo-1',
    hosts: '["algo-1"]',
    job: request.TrainingJobName,
    own: 'yes',
    cwd: ['train.py'],
  });
  expect(await world.files(`${uri}/output.tar.gz`)).toEqual({ 'report.txt': 'fine' });
  expect(await world.log(request.TrainingJobName)).toContain('loss: 0.25;');
});

test('a model may be kept as files, and served from them', async () => {
  const world = await ownSageMaker();
  const script = `
import os
model = os.environ["SM_MODEL_DIR"]
os.makedirs(model + "/code")
open(model + "/word.txt", "w").write("kept")
open(model + "/code/inference.py", "w").write("""
def model_fn(model_dir):
    return open(model_dir + "/word.txt").read()
def transform_fn(model, body, content_type, accept):
    return model, "text/plain"
""")
`;
  const request = await world.trainingRequest(script);
  await world.sagemaker.send(
    new CreateTrainingJobCommand({
      ...request,
      OutputDataConfig: { S3OutputPath: `s3://${world.bucket}/out`, CompressionType: 'NONE' },
    }),
  );
  const job = await world.over(request.TrainingJobName);
  const S3Uri = `s3://${world.bucket}/out/${request.TrainingJobName}/output/model/`;
  expect(job.ModelArtifacts).toEqual({ S3ModelArtifacts: S3Uri });
  expect((await world.get(`${S3Uri}word.txt`)).toString()).toBe('kept');

  const name = String(request.TrainingJobName);
  const ModelDataSource = {
    S3DataSource: { S3Uri, S3DataType: 'S3Prefix' as const, CompressionType: 'None' as const },
  };
  await world.sagemaker.send(
    new CreateModelCommand({
      ModelName: name,
      ExecutionRoleArn: ROLE,
      PrimaryContainer: { Image: IMAGE, ModelDataSource },
    }),
  );
  await world.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: name,
      ProductionVariants: [{ VariantName: 'v', ModelName: name }],
    }),
  );
  await world.sagemaker.send(new CreateEndpointCommand({ EndpointName: name, EndpointConfigName: name }));
  expect(await world.settled(name)).toMatchObject({ EndpointStatus: 'InService' });
  const { Body } = await world.runtime.send(new InvokeEndpointCommand({ EndpointName: name, Body: '' }));
  expect(new TextDecoder().decode(Body)).toBe('kept');
});
