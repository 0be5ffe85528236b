/** Batch inference and evaluation jobs, by a Bedrock of the test's own. */
import { randomUUID } from 'node:crypto';
import {
  CreateModelInvocationJobCommand,
  ListEvaluationJobsCommand,
  ListModelInvocationJobsCommand,
  StopEvaluationJobCommand,
} from '@aws-sdk/client-bedrock';
import { describe, expect, it } from 'vitest';
import type { BatchInput } from '../../../activities/evaluation/batch/batch.ts';
import type { EvaluationJobInput } from '../../../activities/evaluation/job/evaluation-job.ts';
import { createPipelineActivities } from '../../../activities/index.ts';
import { objectLines } from '../../../activities/s3-lines.ts';
import type { FaultPlan } from '../../../local/aws/faults.ts';
import { untrainedAnswer } from '../../../local/bedrock/learning/untrained.ts';
import type { Example } from '../../../spec/data/examples.ts';
import { evaluationJobName } from '../../../spec/naming.ts';
import { ownBedrock } from '../../local/bedrock/support.ts';
import { account, clients, failureOf, once, settled } from '../../support/activities.ts';
import { putText, testSplit } from '../../support/test-splits.ts';

const MODEL = 'amazon.nova-lite-v1:0';

async function withBedrock(...rules: FaultPlan['rules']) {
  const { bedrock } = await ownBedrock({ faults: { rules } });
  return { pipeline: createPipelineActivities({ aws: () => ({ ...clients, bedrock }) }), bedrock };
}

/** Prompts of which the base model answers each second one as expected. */
const questions = (count: number): Example[] =>
  Array.from({ length: count }, (_, i) => {
    const prompt = `What is question ${i}?`;
    return { kind: 'completion', prompt, completion: i % 2 === 0 ? untrainedAnswer(MODEL, prompt) : `answer ${i}` };
  });

const newRun = () => ({ name: 'jobs', id: randomUUID().slice(0, 6) });

async function rowsAt(uri: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const line of objectLines(clients.s3, uri)) rows.push(JSON.parse(line) as Record<string, unknown>);
  return rows;
}

describe('batch inference', () => {
  const inputOf = async (examples: readonly Example[]): Promise<BatchInput> => ({
    run: newRun(),
    account,
    data: await testSplit(examples),
    contender: 'candidate',
    modelId: MODEL,
    wording: { prompt: '{text}' },
    maxTokens: 200,
    temperature: 0,
    maxSeconds: 3600,
  });

  it('answers all rows in one job, joined by their ids, and tells rows that were refused', async () => {
    const { pipeline, bedrock } = await withBedrock();
    const examples = questions(120);
    examples[7] = { kind: 'completion', prompt: ' ', completion: 'nothing' };
    const input = await inputOf(examples);
    await once(pipeline.submitBatch, input);
    // As after a crash between the call and its answer.
    await once(pipeline.submitBatch, input);
    const { invocationJobSummaries: jobs } = await bedrock.send(new ListModelInvocationJobsCommand({}));
    expect(jobs).toMatchObject([{ jobName: evaluationJobName(input.run, 'candidate') }]);

    const { scores, predictions, answering } = await settled(pipeline.awaitBatch, input);
    expect(scores).toMatchObject({ rows: 120, metrics: { exact_match: 0.5 } });
    expect(answering).toMatchObject({
      modelId: MODEL,
      unanswered: { rows: 1, reason: expect.stringContaining('is blank') },
    });
    expect(answering?.inputTokens).toBeGreaterThan(119);
    const kept = await rowsAt(predictions);
    expect(kept.map(({ row }) => row)).toEqual(Array.from({ length: 120 }, (_, i) => i + 1));
    expect(kept.filter(({ exact_match }) => exact_match)).toHaveLength(60);
    await settled(pipeline.stopBatch, input);
  });

  it('says before anything is asked that it takes no small test splits', async () => {
    const { pipeline } = await withBedrock();
    expect(await failureOf(once(pipeline.submitBatch, await inputOf(questions(99))))).toMatchObject({
      type: 'InvalidSpec',
      message: expect.stringMatching(/100 to 50,000 rows, and this one has 99; set by: converse/),
    });
  });

  it('a job of that name that is not ours is a conflict, and is not stopped', async () => {
    const { pipeline, bedrock } = await withBedrock({ operation: 'CreateModelInvocationJob', slowStart: '1h' });
    const input = await inputOf(questions(100));
    await bedrock.send(
      new CreateModelInvocationJobCommand({
        jobName: evaluationJobName(input.run, 'candidate'),
        modelId: MODEL,
        roleArn: account.roleArn,
        inputDataConfig: { s3InputDataConfig: { s3Uri: `s3://${account.bucket}/theirs/in.jsonl` } },
        outputDataConfig: { s3OutputDataConfig: { s3Uri: `s3://${account.bucket}/theirs/out/` } },
      }),
    );
    expect(await failureOf(once(pipeline.submitBatch, input))).toMatchObject({
      type: 'Conflict',
      message: expect.stringContaining("is not this run's"),
    });
    await once(pipeline.stopBatch, input);
    const { invocationJobSummaries: jobs } = await bedrock.send(new ListModelInvocationJobsCommand({}));
    expect(jobs).toMatchObject([{ status: 'Submitted' }]);
  });

  it('is stopped wherever it is', async () => {
    const { pipeline, bedrock } = await withBedrock({ operation: 'CreateModelInvocationJob', slowStart: '1h' });
    const input = await inputOf(questions(100));
    await once(pipeline.submitBatch, input);
    await settled(pipeline.stopBatch, input);
    const { invocationJobSummaries: jobs } = await bedrock.send(new ListModelInvocationJobsCommand({}));
    expect(jobs).toMatchObject([{ status: 'Stopped' }]);
    expect(await failureOf(settled(pipeline.awaitBatch, input))).toMatchObject({ type: 'JobStopped' });
  });

  it('fails with what AWS says', async () => {
    const { pipeline } = await withBedrock({ operation: 'CreateModelInvocationJob', jobFails: 'The model is retired' });
    const input = await inputOf(questions(100));
    await once(pipeline.submitBatch, input);
    expect(await failureOf(settled(pipeline.awaitBatch, input))).toMatchObject({
      type: 'JobFailed',
      message: expect.stringMatching(/batch inference job .* failed: The model is retired/),
    });
  });
});

describe('an evaluation job', () => {
  async function inputOf(options: Partial<EvaluationJobInput> = {}): Promise<EvaluationJobInput> {
    const examples: Example[] = Array.from({ length: 12 }, (_, i) => {
      return { kind: 'completion', prompt: `Question ${i}?`, completion: `the answer is ${i}` };
    });
    const data = await testSplit(examples);
    const predictions = `${data.splits.test?.uri}predictions.jsonl`;
    const said = examples.map((_, i) => ({ row: i + 1, prediction: i < 9 ? `the answer is ${i}` : 'no idea' }));
    await putText(predictions, said.map((line) => JSON.stringify(line)).join('\n'));
    return {
      run: newRun(),
      account,
      data,
      contender: 'candidate',
      wording: { prompt: '{text}' },
      predictions,
      task: 'QuestionAndAnswer',
      metrics: ['Builtin.Accuracy'],
      maxSeconds: 3600,
      ...options,
    };
  }

  it('computes metrics of the answers that were given, once', async () => {
    const { pipeline, bedrock } = await withBedrock();
    const input = await inputOf();
    await once(pipeline.submitEvaluationJob, input);
    await once(pipeline.submitEvaluationJob, input);
    expect(await settled(pipeline.awaitEvaluationJob, input)).toMatchObject({
      rows: 12,
      metrics: { bedrock_accuracy: 0.75 },
      jobArn: expect.stringContaining(':evaluation-job/'),
    });
    const { jobSummaries } = await bedrock.send(new ListEvaluationJobsCommand({}));
    expect(jobSummaries).toMatchObject([{ jobName: evaluationJobName(input.run, 'candidate') }]);
  });

  it('lets a model of Bedrock judge', async () => {
    const { pipeline, bedrock } = await withBedrock();
    const metrics = ['Builtin.Correctness', 'Builtin.FollowingInstructions'];
    const input = await inputOf({ metrics, evaluator: 'amazon.nova-pro-v1:0', task: 'Generation' });
    await once(pipeline.submitEvaluationJob, input);
    const { metrics: scores } = await settled(pipeline.awaitEvaluationJob, input);
    expect(scores).toEqual({ bedrock_correctness: 0.75, bedrock_following_instructions: 0.75 });
    const { jobSummaries } = await bedrock.send(new ListEvaluationJobsCommand({}));
    expect(jobSummaries).toMatchObject([{ evaluationTaskTypes: ['General'] }]);
  });

  it('fails with what AWS says, is stopped by a cancel, and tells who stopped it', async () => {
    const failing = await withBedrock({ operation: 'CreateEvaluationJob', jobFails: 'No access to the bucket' });
    const failed = await inputOf();
    await once(failing.pipeline.submitEvaluationJob, failed);
    expect(await failureOf(settled(failing.pipeline.awaitEvaluationJob, failed))).toMatchObject({
      type: 'JobFailed',
      message: expect.stringContaining('No access to the bucket'),
    });

    const { pipeline, bedrock } = await withBedrock({ operation: 'CreateEvaluationJob', slowStart: '1h' });
    const input = await inputOf();
    await once(pipeline.submitEvaluationJob, input);
    await settled(pipeline.stopEvaluationJob, input);
    expect((await bedrock.send(new ListEvaluationJobsCommand({}))).jobSummaries).toMatchObject([{ status: 'Stopped' }]);
    expect(await failureOf(settled(pipeline.awaitEvaluationJob, input))).toMatchObject({ type: 'JobStopped' });
    // Older than it may be, it was this run that stopped it.
    const old = { ...input, maxSeconds: -1 };
    expect(await failureOf(settled(pipeline.awaitEvaluationJob, old))).toMatchObject({ type: 'MaxRuntimeExceeded' });
    await settled(pipeline.stopEvaluationJob, input);
  });

  it('that is older than it may be is stopped', async () => {
    const { pipeline, bedrock } = await withBedrock({ operation: 'CreateEvaluationJob', slowStart: '1h' });
    const input = await inputOf({ maxSeconds: 0 });
    await once(pipeline.submitEvaluationJob, input);
    expect(await failureOf(settled(pipeline.awaitEvaluationJob, input))).toMatchObject({
      type: 'MaxRuntimeExceeded',
      message: expect.stringContaining('raise evaluate.maxRuntime'),
    });
    const [job] = (await bedrock.send(new ListEvaluationJobsCommand({}))).jobSummaries ?? [];
    await expect(bedrock.send(new StopEvaluationJobCommand({ jobIdentifier: job?.jobArn }))).rejects.toThrow(/stopped/);
  });
});
