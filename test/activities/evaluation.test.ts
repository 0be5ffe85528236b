import {
  CreateModelCommand,
  CreateTransformJobCommand,
  DescribeModelCommand,
  DescribeTransformJobCommand,
} from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import type { EvaluationInput } from '../../activities/evaluation/evaluation.ts';
import { objectLines } from '../../activities/s3-lines.ts';
import { imageUri } from '../../spec/images.ts';
import { modelName, transformJobName } from '../../spec/naming.ts';
import { servingOf } from '../../spec/serving.ts';
import {
  account,
  clients,
  failureOf,
  logOf,
  pipeline,
  preparedTraining,
  settled,
  trained,
} from '../support/activities.ts';
import type { KeywordOptions } from '../support/keyword-project.ts';

async function evaluationOf(options: Omit<KeywordOptions, 'name'> = {}): Promise<EvaluationInput> {
  const input = await preparedTraining(options);
  const { artifact } = await trained(input);
  const model = { engine: 'sagemaker' as const, artifact, serving: servingOf(input.spec, input.source, account) };
  return {
    run: input.run,
    account,
    data: input.data,
    models: { candidate: model },
    instance: 'ml.m5.large',
    maxSeconds: 600,
  };
}

it('scores what the serving container answers, and keeps every prediction', async () => {
  const input = await evaluationOf();
  const { candidate: model } = input.models;
  const all = { ...input, models: { base: model, champion: model, candidate: model } } as EvaluationInput;
  await settled(pipeline.submitEvaluation, all);
  const { evaluations, removed } = await settled(pipeline.awaitEvaluation, all);
  const { base, champion, candidate } = evaluations;
  expect(removed).toEqual(['base', 'champion']);
  expect(champion?.scores).toEqual(candidate?.scores);
  expect(candidate?.scores.rows).toBe(input.data.splits.test?.rows);
  expect(candidate?.scores.metrics.accuracy).toBe(1);
  expect(base?.scores).toEqual(candidate?.scores);
  const kept: unknown[] = [];
  for await (const line of objectLines(clients.s3, candidate?.predictions ?? '')) kept.push(JSON.parse(line));
  expect(kept).toHaveLength(candidate?.scores.rows ?? 0);
  expect(kept[0]).toMatchObject({ row: 1, ok: true });
  const scores: string[] = [];
  const scoresUri = candidate?.predictions.replace('predictions.jsonl', 'scores.json') ?? '';
  for await (const line of objectLines(clients.s3, scoresUri)) scores.push(line);
  expect(JSON.parse(scores.join(''))).toMatchObject({ ...candidate?.scores, labels: input.data.labels });
});

it('attaches when it is submitted again, and removes job and model, twice if need be', async () => {
  const { run, ...input } = await evaluationOf();
  await settled(pipeline.submitEvaluation, { run, ...input });
  await settled(pipeline.submitEvaluation, { run, ...input });
  const contender = { run, region: account.region, contender: 'candidate' as const };
  await settled(pipeline.removeContender, contender);
  await settled(pipeline.removeContender, contender);
  const { TransformJobStatus } = await clients.sagemaker.send(
    new DescribeTransformJobCommand({ TransformJobName: transformJobName(run, 'candidate') }),
  );
  expect(['Stopped', 'Completed']).toContain(TransformJobStatus);
  const model = new DescribeModelCommand({ ModelName: modelName(run, 'candidate') });
  await expect(clients.sagemaker.send(model)).rejects.toThrow(/Could not find model/);
});

it('a model of its name that somebody else made is refused, and stays, and so does a job that is theirs', async () => {
  const input = await evaluationOf();
  const { run } = input;
  const ModelName = modelName(run, 'candidate');
  const PrimaryContainer = {
    Image: imageUri('sklearn', account.region),
    ModelDataUrl: input.models.candidate?.artifact,
  };
  await clients.sagemaker.send(
    new CreateModelCommand({ ModelName, ExecutionRoleArn: account.roleArn, PrimaryContainer }),
  );
  const TransformJobName = transformJobName(run, 'candidate');
  const { uri = '' } = input.data.testInputs ?? {};
  await clients.sagemaker.send(
    new CreateTransformJobCommand({
      TransformJobName,
      ModelName,
      TransformInput: { DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: uri } } },
      TransformOutput: { S3OutputPath: `s3://${account.bucket}/others/` },
      TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
    }),
  );
  await expect(settled(pipeline.submitEvaluation, input)).rejects.toMatchObject({ type: 'Conflict' });
  await settled(pipeline.removeContender, { run, region: account.region, contender: 'candidate' as const });
  const theirs = await clients.sagemaker.send(new DescribeTransformJobCommand({ TransformJobName }));
  expect(theirs.TransformJobStatus).not.toMatch(/^Stop/);
  expect(await clients.sagemaker.send(new DescribeModelCommand({ ModelName }))).toMatchObject({ ModelName });
});

it('a transform job over its limit fails the evaluation', async () => {
  const slow = `
import time

def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    return body

def predict_fn(data, model):
    time.sleep(30)

def output_fn(prediction, accept):
    return "", accept
`;
  const input = { ...(await evaluationOf({ inference: slow })), maxSeconds: 1 };
  await settled(pipeline.submitEvaluation, input);
  await expect(settled(pipeline.awaitEvaluation, input)).rejects.toMatchObject({
    type: 'MaxRuntimeExceeded',
    message: expect.stringContaining('raise evaluate.maxRuntime'),
  });
  await settled(pipeline.removeContender, { run: input.run, region: account.region, contender: 'candidate' as const });
  const TransformJobName = transformJobName(input.run, 'candidate');
  const { TransformJobStatus } = await clients.sagemaker.send(new DescribeTransformJobCommand({ TransformJobName }));
  expect(TransformJobStatus).toBe('Stopped');
});

it('answers that hold no label are told with their row', async () => {
  const inference = `
def model_fn(model_dir):
    return None

def predict_fn(data, model):
    return data

def input_fn(body, content_type):
    return body.decode() if isinstance(body, bytes) else body

def output_fn(prediction, accept):
    return "\\n".join("[1, 2]" for line in prediction.splitlines() if line) + "\\n", accept
`;
  const input = await evaluationOf({ inference });
  await settled(pipeline.submitEvaluation, input);
  await expect(settled(pipeline.awaitEvaluation, input)).rejects.toMatchObject({
    type: 'InvalidPredictions',
    message: expect.stringMatching(/inputs\.jsonl\.out:1: expected JSON with a "label", received \[1, 2\]/),
  });
});

it('a serving script that does not load fails the job with what it said', async () => {
  const input = await evaluationOf({ inference: 'raise RuntimeError("no such tokenizer")\n' });
  await settled(pipeline.submitEvaluation, input);
  const failure = await failureOf(settled(pipeline.awaitEvaluation, input));
  expect(failure.type).toBe('JobFailed');
  expect(`${failure.message}\n${logOf(failure)}`).toContain('no such tokenizer');
});
