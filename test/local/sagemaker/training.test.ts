import { CreateTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { expect, test } from 'vitest';
import { ownSageMaker } from './support.ts';

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
