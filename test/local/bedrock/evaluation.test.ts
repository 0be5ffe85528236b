import {
  BatchDeleteEvaluationJobCommand,
  CreateEvaluationJobCommand,
  type CreateEvaluationJobCommandInput,
  type EvaluationModelConfig,
  GetEvaluationJobCommand,
  ListEvaluationJobsCommand,
  StopEvaluationJobCommand,
} from '@aws-sdk/client-bedrock';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { ownBedrock, ROLE, type World } from './support.ts';

const NOVA = 'amazon.nova-lite-v1:0';
const JUDGE = 'amazon.nova-pro-v1:0';

interface Asked {
  readonly lines: readonly object[];
  readonly metricNames: string[];
  readonly taskType?: 'Classification' | 'Generation' | 'QuestionAndAnswer';
  readonly judge?: string;
  readonly model?: EvaluationModelConfig;
}

async function request(
  world: World,
  { lines, metricNames, taskType = 'QuestionAndAnswer', judge, model }: Asked,
): Promise<CreateEvaluationJobCommandInput> {
  const jobName = uniqueName('evaluation');
  const s3Uri = await world.put(`${jobName}/prompts.jsonl`, lines.map((line) => JSON.stringify(line)).join('\n'));
  return {
    jobName,
    roleArn: ROLE,
    evaluationConfig: {
      automated: {
        datasetMetricConfigs: [{ taskType, dataset: { name: 'mine', datasetLocation: { s3Uri } }, metricNames }],
        ...(judge && { evaluatorModelConfig: { bedrockEvaluatorModels: [{ modelIdentifier: judge }] } }),
      },
    },
    inferenceConfig: { models: [model ?? { bedrockModel: { modelIdentifier: NOVA } }] },
    outputDataConfig: { s3Uri: `s3://${world.bucket}/evaluations/` },
  };
}

const get = ({ bedrock }: World, jobIdentifier: string | undefined) =>
  bedrock.send(new GetEvaluationJobCommand({ jobIdentifier }));

const over = (world: World, jobArn: string | undefined) =>
  eventually(`${jobArn} is over`, async () => {
    const job = await get(world, jobArn);
    return ['InProgress', 'Stopping'].includes(String(job.status)) ? undefined : job;
  });

/** Runs the job; what it wrote, and where. */
async function evaluated(world: World, asked: Asked) {
  const input = await request(world, asked);
  const { jobArn } = await world.bedrock.send(new CreateEvaluationJobCommand(input));
  const job = await over(world, jobArn);
  expect(job.failureMessages).toBeUndefined();
  expect(job.status).toBe('Completed');
  const { Contents } = await world.s3.send(
    new ListObjectsV2Command({ Bucket: world.bucket, Prefix: `evaluations/${input.jobName}/` }),
  );
  const key = String(Contents?.[0]?.Key);
  const rows = (await world.get(`s3://${world.bucket}/${key}`)).trim().split('\n');
  return { jobArn, key, rows: rows.map((row) => JSON.parse(row)) };
}

/** Answers that were had elsewhere. */
const given = (response: string) => ({ modelResponses: [{ modelIdentifier: 'mine', response }] });
const PRECOMPUTED: EvaluationModelConfig = { precomputedInferenceSource: { inferenceSourceIdentifier: 'mine' } };

test('an automatic evaluation has the answers and scores of each prompt, where AWS writes them', async () => {
  const world = await ownBedrock();
  const line = { prompt: 'Where is it?', referenceResponse: 'I stand in the drawer', category: 'places' };
  const metricNames = ['Builtin.Accuracy', 'Builtin.Robustness'];
  const { jobArn, key, rows } = await evaluated(world, { lines: [line], metricNames });
  const id = jobArn?.split('/').at(-1);
  expect(key.split('/').slice(2, -1)).toEqual([
    id,
    'models',
    NOVA,
    'taskTypes',
    'QuestionAndAnswer',
    'datasets',
    'mine',
  ]);
  expect(key).toMatch(/[0-9a-f-]{36}_output\.jsonl$/);
  expect(rows).toEqual([
    {
      automatedEvaluationResult: {
        scores: [
          { metricName: 'Builtin.Accuracy', result: expect.closeTo(6 / 19) },
          { metricName: 'Builtin.Robustness', result: expect.any(Number) },
        ],
      },
      inputRecord: line,
      modelResponses: [
        {
          response: `I stand in for ${NOVA} on a laptop and have learned nothing of Where, is, it.`,
          modelIdentifier: NOVA,
          stopReason: 'end_turn',
        },
      ],
    },
  ]);
});

test('answers that were had elsewhere are scored by task: classes by what they are, text by what it holds', async () => {
  const world = await ownBedrock();
  const metricNames = ['Builtin.Accuracy'];
  const accuracies = async (taskType: NonNullable<Asked['taskType']>, lines: readonly object[]) => {
    const { rows } = await evaluated(world, { lines, metricNames, taskType, model: PRECOMPUTED });
    return rows.map((row) => row.automatedEvaluationResult.scores[0].result);
  };
  const reference = { prompt: 'x', referenceResponse: 'positive' };
  const lines = ['Positive.', 'It is positive', 'negative'].map((response) => ({ ...reference, ...given(response) }));
  expect(await accuracies('Classification', lines)).toEqual([1, 0, 0]);
  expect(await accuracies('Generation', lines)).toEqual([1, 1, 0]);
  expect(await accuracies('QuestionAndAnswer', lines)).toEqual([1, 0.5, 0]);
});

test('a judge scores from 0 to 1, and on the scale of a metric of one’s own, and says by what', async () => {
  const world = await ownBedrock();
  const reference = { prompt: 'Where?', referenceResponse: 'in the drawer below' };
  const lines = ['in the drawer below', 'no idea'].map((response) => ({ ...reference, ...given(response) }));
  const input = await request(world, {
    lines,
    metricNames: ['Builtin.Correctness', 'tone'],
    judge: JUDGE,
    model: PRECOMPUTED,
  });
  const automated = input.evaluationConfig?.automated;
  const ratingScale = [0, 10].map((floatValue) => ({ definition: `${floatValue}`, value: { floatValue } }));
  const { jobArn } = await world.bedrock.send(
    new CreateEvaluationJobCommand({
      ...input,
      evaluationConfig: {
        automated: {
          datasetMetricConfigs: automated?.datasetMetricConfigs,
          evaluatorModelConfig: automated?.evaluatorModelConfig,
          customMetricConfig: {
            customMetrics: [{ customMetricDefinition: { name: 'tone', instructions: 'Is it kind?', ratingScale } }],
            evaluatorModelConfig: { bedrockEvaluatorModels: [{ modelIdentifier: JUDGE }] },
          },
        },
      },
    }),
  );
  expect((await over(world, jobArn)).status).toBe('Completed');
  const { jobSummaries } = await world.bedrock.send(new ListEvaluationJobsCommand({ nameContains: input.jobName }));
  expect(jobSummaries).toMatchObject([
    { jobArn, jobType: 'Automated', evaluationTaskTypes: ['QuestionAndAnswer'], evaluatorModelIdentifiers: [JUDGE] },
  ]);
  const { Contents } = await world.s3.send(new ListObjectsV2Command({ Bucket: world.bucket, Prefix: 'evaluations/' }));
  const rows = (await world.get(`s3://${world.bucket}/${Contents?.[0]?.Key}`))
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row));
  const results = rows.map((row) =>
    row.automatedEvaluationResult.scores.map(({ result }: { result: number }) => result),
  );
  expect(results).toEqual([
    [1, 10],
    [0, 0],
  ]);
  expect(rows[0].automatedEvaluationResult.scores[0].evaluatorDetails).toEqual([
    { modelIdentifier: JUDGE, explanation: expect.stringMatching(/stand-in on a laptop/) },
  ]);
});

test.each<[string, Partial<Asked>, RegExp]>([
  ['a metric of a judge without one', { metricNames: ['Builtin.Helpfulness'] }, /needs an evaluatorModelConfig/],
  ['a metric that takes a model of its own', { metricNames: ['Builtin.Toxicity'] }, /cannot compute Builtin\.Toxicity/],
  [
    'a model that is none',
    { model: { bedrockModel: { modelIdentifier: 'amazon.unknown-v1' } } },
    /model identifier is invalid/,
  ],
])('%s is refused', async (_, asked, message) => {
  const world = await ownBedrock();
  const input = await request(world, { lines: [{ prompt: 'x' }], metricNames: ['Builtin.Accuracy'], ...asked });
  await expect(world.bedrock.send(new CreateEvaluationJobCommand(input))).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(message),
  });
});

test('a job fails by a line that is none, and only jobs that are over are deleted', async () => {
  const world = await ownBedrock();
  const input = await request(world, {
    lines: [{ prompt: 'x' }, { question: 'y' }],
    metricNames: ['Builtin.Accuracy'],
  });
  const { jobArn } = await world.bedrock.send(new CreateEvaluationJobCommand(input));
  expect(await over(world, jobArn)).toMatchObject({
    status: 'Failed',
    failureMessages: [expect.stringMatching(/^line 2 of s3:.* is no JSON object with a prompt$/)],
  });

  world.server?.setFaults({ rules: [{ operation: 'CreateEvaluationJob', slowStart: '1h' }] });
  const { jobArn: running } = await world.bedrock.send(
    new CreateEvaluationJobCommand({ ...input, jobName: uniqueName('evaluation') }),
  );
  const { evaluationJobs, errors } = await world.bedrock.send(
    new BatchDeleteEvaluationJobCommand({ jobIdentifiers: [String(jobArn), String(running)] }),
  );
  expect(evaluationJobs).toEqual([{ jobIdentifier: jobArn, jobStatus: 'Deleting' }]);
  expect(errors).toMatchObject([{ jobIdentifier: running, code: 'ConflictException' }]);
  await expect(get(world, jobArn)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await world.bedrock.send(new StopEvaluationJobCommand({ jobIdentifier: running }));
  expect((await over(world, running)).status).toBe('Stopped');
});
