/** Models that answer a test split by Converse: base models of a Bedrock of the test's own. */
import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, it, vi } from 'vitest';
import type { ConverseInput } from '../../../activities/evaluation/converse/converse.ts';
import { createPipelineActivities } from '../../../activities/index.ts';
import { objectLines } from '../../../activities/s3-lines.ts';
import type { FaultPlan } from '../../../local/aws/faults.ts';
import { untrainedAnswer } from '../../../local/bedrock/learning/untrained.ts';
import type { Example } from '../../../spec/data/examples.ts';
import type { AskingProgress } from '../../../spec/progress.ts';
import { ownBedrock } from '../../local/bedrock/support.ts';
import { account, clients, failureOf, once } from '../../support/activities.ts';
import { CONDITION_MS } from '../../support/limits.ts';
import { testSplit } from '../../support/test-splits.ts';

const MODEL = 'amazon.nova-lite-v1:0';

/** Activities whose Bedrock follows the plan; `asked` counts the questions that were answered, by their text. */
async function asking(...rules: FaultPlan['rules']) {
  const { runtime: converse } = await ownBedrock({ faults: { seed: 7, rules } });
  const asked = new Map<string, number>();
  converse.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const [message] = (args.input as { messages: { content: { text: string }[] }[] }).messages;
      const text = message?.content[0]?.text ?? '';
      asked.set(text, (asked.get(text) ?? 0) + 1);
      return result;
    },
    { step: 'initialize', name: 'countAnswers' },
  );
  const pipeline = createPipelineActivities({ aws: () => ({ ...clients, converse }) });
  return { pipeline, asked };
}

/** Prompts that the base model answers as expected, so far as they are even. */
const questions = (count: number): Example[] =>
  Array.from({ length: count }, (_, i) => {
    const prompt = `What is question ${i}?`;
    return { kind: 'completion', prompt, completion: i % 2 === 0 ? untrainedAnswer(MODEL, prompt) : `answer ${i}` };
  });

async function inputOf(examples: readonly Example[], options: Partial<ConverseInput> = {}): Promise<ConverseInput> {
  return {
    run: { name: 'asked', id: randomUUID().slice(0, 6) },
    account,
    data: await testSplit(examples),
    contender: 'base',
    modelId: MODEL,
    wording: { prompt: '{text}' },
    maxTokens: 200,
    temperature: 0,
    concurrency: 8,
    ...options,
  };
}

async function jsonLines(uri: string): Promise<Record<string, unknown>[]> {
  const lines: Record<string, unknown>[] = [];
  for await (const line of objectLines(clients.s3, uri)) lines.push(JSON.parse(line) as Record<string, unknown>);
  return lines;
}

it('asks each row once, in its order, and scores the answers', async () => {
  const { pipeline, asked } = await asking();
  const input = await inputOf(questions(50));
  const { scores, predictions, answering } = await once(pipeline.answerTestSplit, input);
  expect(scores).toMatchObject({ rows: 50, metrics: { exact_match: 0.5 } });
  expect(answering).toMatchObject({ modelId: MODEL, cut: 0 });
  expect(answering?.inputTokens).toBeGreaterThan(50);
  expect(asked.size).toBe(50);
  const kept = await jsonLines(predictions);
  expect(kept.map(({ row }) => row)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
  expect(kept[1]).toMatchObject({ expected: 'answer 1', exact_match: false });

  // Asked again, as after a crash at the very end, everything is there.
  expect(await once(pipeline.answerTestSplit, input)).toEqual({ scores, predictions, answering });
  expect([...asked.values()].every((count) => count === 1)).toBe(true);
});

it('comes through throttling over a thousand rows, asking as many at once as is let through', async () => {
  const { pipeline, asked } = await asking(
    { operation: 'Converse', after: 100, times: 25, error: 'ThrottlingException' },
    { operation: 'Converse', error: 'ThrottlingException', probability: 0.05 },
  );
  const input = await inputOf(questions(1000), { concurrency: 16 });
  const environment = new MockActivityEnvironment();
  const atOnce: number[] = [];
  environment.on('heartbeat', (progress: AskingProgress) => atOnce.push(progress.atOnce));
  const { scores, answering } = (await environment.run(pipeline.answerTestSplit, input)) as Awaited<
    ReturnType<typeof pipeline.answerTestSplit>
  >;
  expect(scores).toMatchObject({ rows: 1000, metrics: { exact_match: 0.5 } });
  expect(answering?.unanswered).toBeUndefined();
  expect([...asked.values()].every((count) => count === 1)).toBe(true);
  expect(atOnce[0]).toBe(16);
  expect(Math.min(...atOnce)).toBeLessThan(8);
});

it('ends at once when it is cancelled, and goes on where it ended', async () => {
  const { pipeline, asked } = await asking({ operation: 'Converse', delay: '1s', after: 40 });
  const input = await inputOf(questions(60));
  const environment = new MockActivityEnvironment();
  const ending = environment.run(pipeline.answerTestSplit, input) as Promise<unknown>;
  await vi.waitFor(() => expect(asked.size).toBeGreaterThanOrEqual(40), { timeout: CONDITION_MS });
  const cancelledAt = performance.now();
  environment.cancel();
  await expect(ending).rejects.toThrow('CANCELLED');
  expect(performance.now() - cancelledAt).toBeLessThan(900);

  const before = asked.size;
  const { scores } = await once(pipeline.answerTestSplit, input);
  expect(scores.rows).toBe(60);
  // What was answered beyond the first row without an answer was not saved: no more than is asked ahead.
  const twice = [...asked.values()].filter((count) => count > 1).length;
  expect(twice).toBeLessThanOrEqual(before - 40);
});

it('counts a row that the model refuses as wrong, and tells why', async () => {
  const { pipeline } = await asking();
  const [first, second] = questions(2) as [Example, Example];
  const blank: Example = { kind: 'completion', prompt: ' ', completion: 'nothing' };
  const { scores, answering, predictions } = await once(
    pipeline.answerTestSplit,
    await inputOf([first, blank, second]),
  );
  expect(scores).toMatchObject({ rows: 3, metrics: { exact_match: 1 / 3 } });
  expect(answering?.unanswered).toEqual({ rows: 1, reason: expect.stringContaining('is blank') });
  expect((await jsonLines(predictions))[1]).toMatchObject({
    prediction: '',
    unanswered: expect.stringContaining('is blank'),
  });
});

it('gives up where the first rows are all refused, or nothing of the kind can be asked', async () => {
  const { pipeline, asked } = await asking({
    operation: 'Converse',
    name: MODEL,
    error: { code: 'ValidationException', message: 'Invocation with on-demand throughput is not supported' },
  });
  const refused = await failureOf(once(pipeline.answerTestSplit, await inputOf(questions(100))));
  expect(refused).toMatchObject({
    type: 'InvalidRequest',
    nonRetryable: true,
    message: expect.stringMatching(/none of the first 10 rows: .*on-demand throughput/),
  });
  expect(asked.size).toBe(0);
  const nobody = await inputOf(questions(20), {
    modelId: 'arn:aws:bedrock:us-east-1:000000000000:imported-model/abcdefghijkl',
  });
  expect((await failureOf(once(pipeline.answerTestSplit, nobody))).nonRetryable).toBe(true);
});

it('reads labels out of answers, and asks with the words of train.prompt', async () => {
  const { pipeline, asked } = await asking();
  const rows: Example[] = ['good', 'bad', 'fine'].map((text) => ({ kind: 'classification', text, label: 'positive' }));
  const wording = { prompt: 'Is "{text}" positive? Answer with one word.' };
  const { scores, predictions } = await once(pipeline.answerTestSplit, await inputOf(rows, { wording }));
  expect([...asked.keys()].sort()).toEqual(
    ['bad', 'fine', 'good'].map((text) => wording.prompt.replace('{text}', text)),
  );
  expect(scores.metrics).toMatchObject({ accuracy: 0, f1_macro: 0 });
  const whole: string[] = [];
  const uri = predictions.replace('predictions.jsonl', 'scores.json');
  for await (const line of objectLines(clients.s3, uri)) whole.push(line);
  expect(JSON.parse(whole.join(''))).toMatchObject({ labels: ['positive'], confusion: [[0]], unlabelled: [3] });
});
