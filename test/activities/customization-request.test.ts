import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { customizationRequest } from '../../activities/bedrock/customization-request.ts';
import { validate } from '../../local/aws/validation.ts';
import { MODELS } from '../../local/bedrock/models.ts';
import { isBedrock } from '../../spec/engine.ts';
import type { DataSet } from '../../spec/record.ts';
import { specSchema } from '../../spec/spec.ts';

const DATA: DataSet = {
  sha256: 'a'.repeat(64),
  kind: 'completion',
  splits: {
    train: { uri: 's3://bucket/temper/reviews/data/abc/train/', rows: 800 },
    validation: { uri: 's3://bucket/temper/reviews/data/abc/validation/', rows: 100 },
    test: { uri: 's3://bucket/temper/reviews/data/abc/test/', rows: 100 },
  },
  labels: [],
  duplicates: 0,
  conflicts: 0,
};

/** The request for `train:` of a spec, after AWS's own model of the service has passed it. */
function requestOf(
  train: string,
  data: Partial<DataSet> = DATA,
  source = 'source: s3://bucket/rows.jsonl',
  attempt = 1,
) {
  const spec = specSchema.parse(parse(`{ name: reviews, data: { ${source} }, train: { engine: bedrock, ${train} } }`));
  if (!isBedrock(spec)) throw new Error('not a Bedrock spec');
  const account = { region: 'us-east-1', bucket: 'bucket', roleArn: 'arn:aws:iam::111122223333:role/temper' };
  const run = { name: 'reviews', id: '7f3a9c' };
  const request = customizationRequest({ run, attempt, account, spec, data: { ...DATA, ...data } });
  validate(MODELS[0], 'CreateModelCustomizationJob', request);
  return request;
}

it('fine-tuning: files of the splits that are trained on, texts for hyperparameters, an output of its own', () => {
  const request = requestOf(
    'base: "amazon.nova-lite-v1:0", hyperparameters: { epochCount: 2, learningRate: 0.000001, learningRateWarmupSteps: "10" }',
  );
  expect(request).toEqual({
    jobName: 'reviews-7f3a9c-train',
    customModelName: 'reviews-7f3a9c',
    roleArn: 'arn:aws:iam::111122223333:role/temper',
    baseModelIdentifier: 'amazon.nova-lite-v1:0:300k',
    customizationType: 'FINE_TUNING',
    trainingDataConfig: { s3Uri: 's3://bucket/temper/reviews/data/abc/train/train.jsonl' },
    validationDataConfig: {
      validators: [{ s3Uri: 's3://bucket/temper/reviews/data/abc/validation/validation.jsonl' }],
    },
    outputDataConfig: { s3Uri: 's3://bucket/temper/reviews/runs/7f3a9c/reviews-7f3a9c-train/' },
    hyperParameters: { epochCount: '2', learningRate: '0.000001', learningRateWarmupSteps: '10' },
  });
});

it('a later attempt has a job, a model and an output of its own', () => {
  const again = requestOf('base: "amazon.nova-lite-v1:0"', DATA, undefined, 3);
  expect(again).toMatchObject({
    jobName: 'reviews-7f3a9c-train-3',
    customModelName: 'reviews-7f3a9c-3',
    outputDataConfig: { s3Uri: expect.stringMatching(/reviews-7f3a9c-train-3\/$/) },
  });
});

it('network, key, and a custom model to go on from', () => {
  const arn = 'arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl';
  const key = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';
  expect(
    requestOf(`base: "${arn}", vpc: { subnets: [subnet-0ab12c3d], securityGroups: [sg-0ab12c3d] }, kmsKey: "${key}"`),
  ).toMatchObject({
    baseModelIdentifier: arn,
    vpcConfig: { subnetIds: ['subnet-0ab12c3d'], securityGroupIds: ['sg-0ab12c3d'] },
    customModelKmsKeyId: key,
  });
});

it('continued pre-training', () => {
  const train = 'base: "amazon.titan-text-express-v1", customization: continued-pre-training';
  const { validation: _, ...splits } = DATA.splits;
  const request = requestOf(train, { kind: 'text', splits });
  expect(request).toMatchObject({ customizationType: 'CONTINUED_PRE_TRAINING' });
  expect(request).not.toHaveProperty('validationDataConfig');
  expect(request).not.toHaveProperty('hyperParameters');
});

it('distillation: the teacher, and prompts from a file or from invocation logs', () => {
  const train =
    'base: "amazon.nova-lite-v1:0", customization: distillation, distillation: { teacher: "amazon.nova-pro-v1:0", maxResponseTokens: 700 }';
  const distilled = {
    customizationType: 'DISTILLATION',
    customizationConfig: {
      distillationConfig: {
        teacherModelConfig: {
          teacherModelIdentifier: 'amazon.nova-pro-v1:0',
          maxResponseLengthForInference: 700,
        },
      },
    },
  };
  expect(requestOf(train)).toMatchObject({
    ...distilled,
    trainingDataConfig: { s3Uri: 's3://bucket/temper/reviews/data/abc/train/train.jsonl' },
  });
  const logs = `${train}, invocationLogs: s3://logs/AWSLogs/`;
  expect(requestOf(logs, { splits: {} }, 'test: s3://bucket/test.jsonl')).toMatchObject({
    ...distilled,
    trainingDataConfig: { invocationLogsConfig: { invocationLogSource: { s3Uri: 's3://logs/AWSLogs/' } } },
  });
});

it('reinforcement fine-tuning: the grader, and hyperparameters as the numbers that they are', () => {
  const grader = 'arn:aws:lambda:us-east-1:111122223333:function:grade';
  const request = requestOf(
    `base: "amazon.nova-2-lite-v1:0", customization: reinforcement-fine-tuning, reinforcement: { grader: "${grader}" }, ` +
      'hyperparameters: { epochCount: 3, learningRate: "0.00001", reasoningEffort: low }',
  );
  expect(request).toMatchObject({
    customizationType: 'REINFORCEMENT_FINE_TUNING',
    customizationConfig: {
      rftConfig: {
        graderConfig: { lambdaGrader: { lambdaArn: grader } },
        hyperParameters: { epochCount: 3, learningRate: 0.00001, reasoningEffort: 'low' },
      },
    },
  });
  expect(request).not.toHaveProperty('hyperParameters');
});

it('without rows to train on there is no job', () => {
  expect(() => requestOf('base: "amazon.nova-lite-v1:0"', { splits: {} })).toThrow(/no rows to train on/);
});
