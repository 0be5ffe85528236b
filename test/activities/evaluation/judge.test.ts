/** A model that judges answers: the laptop's, which goes by the words that they share with the reference. */
import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { JudgeInput } from '../../../activities/evaluation/judge.ts';
import { createPipelineActivities } from '../../../activities/index.ts';
import { objectLines } from '../../../activities/s3-lines.ts';
import type { FaultPlan } from '../../../local/aws/faults.ts';
import type { Example } from '../../../spec/data/examples.ts';
import { ownBedrock } from '../../local/bedrock/support.ts';
import { account, clients, failureOf, once } from '../../support/activities.ts';
import { putText, testSplit } from '../../support/test-splits.ts';

const ROWS = 20;
const REFERENCE = 'press the small red button twice';

/** A judge that says what `said` makes of its words, and whose calls are counted. */
async function judging(said = (text: string, _call: number) => text, ...rules: FaultPlan['rules']) {
  const { runtime: converse } = await ownBedrock({ faults: { rules } });
  let calls = 0;
  converse.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      calls += 1;
      const { content } = (result.output as { output: { message: { content: { text: string }[] } } }).output.message;
      for (const block of content) block.text = said(block.text, calls);
      return result;
    },
    { step: 'initialize', name: 'say' },
  );
  const pipeline = createPipelineActivities({ aws: () => ({ ...clients, converse }) });
  return { pipeline, calls: () => calls };
}

/** The candidate is right in all rows but each fourth, the base in each fourth only. */
async function inputOf(options: Partial<JudgeInput> = {}): Promise<JudgeInput> {
  const examples = Array.from({ length: ROWS }, (_, i): Example => {
    return { kind: 'completion', prompt: `How do I reset device ${i}?`, completion: `${REFERENCE} on ${i}` };
  });
  const data = await testSplit(examples);
  const predictions = { base: '', candidate: '' };
  for (const contender of ['base', 'candidate'] as const) {
    const lines = examples.map((_, i) => {
      const right = (i % 4 === 0) === (contender === 'base');
      return JSON.stringify({ row: i + 1, prediction: right ? `${REFERENCE} on ${i}` : 'no idea' });
    });
    predictions[contender] = `${data.splits.test?.uri}${contender}.jsonl`;
    await putText(predictions[contender], lines.join('\n'));
  }
  return {
    run: { name: 'judged', id: randomUUID().slice(0, 6) },
    account,
    data,
    wording: { prompt: '{text}' },
    model: 'amazon.nova-pro-v1:0',
    rubric: 'Is it right?',
    rows: 200,
    concurrency: 8,
    predictions,
    inPairs: true,
    ...options,
  };
}

it('scores each answer and compares the pairs in both orders, once', async () => {
  const { pipeline, calls } = await judging();
  const input = await inputOf();
  const { base, candidate } = await once(pipeline.judgeAnswers, input);
  expect(candidate).toMatchObject({ model: input.model, rows: ROWS, unread: 0 });
  expect(candidate?.score).toEqual({ mean: 0.75, deviation: expect.closeTo(0.4443, 4) });
  expect(base?.score?.mean).toBe(0.25);
  expect(candidate?.pairs).toMatchObject({ wins: 15, ties: 0, losses: 5, winRate: { mean: 0.75 }, disagreement: 0 });
  expect(base?.pairs).toMatchObject({ wins: 5, losses: 15, winRate: { mean: 0.25 } });
  expect(calls()).toBe(4 * ROWS);

  const verdicts: { of: number; candidate: { said: string } }[] = [];
  for await (const line of objectLines(clients.s3, candidate?.verdicts ?? '')) verdicts.push(JSON.parse(line));
  expect(verdicts.map(({ of }) => of)).toEqual(Array.from({ length: ROWS }, (_, i) => i + 1));
  expect(verdicts[1]?.candidate.said).toContain('word overlap');

  expect(await once(pipeline.judgeAnswers, input)).toEqual({ base, candidate });
  expect(calls()).toBe(4 * ROWS);
});

it('judges the same sample each time, and no more rows than it may', async () => {
  const { pipeline, calls } = await judging();
  const input = await inputOf({ rows: 10, inPairs: false });
  const { candidate } = await once(pipeline.judgeAnswers, input);
  expect(candidate).toMatchObject({ rows: 10 });
  expect(candidate?.pairs).toBeUndefined();
  expect(calls()).toBe(2 * 10);
  const again = { ...input, run: { name: 'judged', id: 'again' } };
  expect((await once(pipeline.judgeAnswers, again)).candidate?.score).toEqual(candidate?.score);
});

it('tells a judge that goes by the order of the answers', async () => {
  const { pipeline } = await judging((text) => text.replace(/"better":"[AB]"/, '"better":"A"'));
  const { candidate } = await once(pipeline.judgeAnswers, await inputOf());
  expect(candidate?.pairs).toMatchObject({ wins: 0, ties: ROWS, losses: 0, winRate: { mean: 0.5 }, disagreement: 1 });
});

it('asks once more for a verdict that cannot be read, and counts one that never can be', async () => {
  const fenced = await judging((text) => `\`\`\`json\n${text}\n\`\`\``);
  expect(await once(fenced.pipeline.judgeAnswers, await inputOf())).toMatchObject({ candidate: { unread: 0 } });

  const wordy = await judging((text, call) => (call === 1 ? 'I would say it is good.' : text));
  const input = await inputOf();
  expect(await once(wordy.pipeline.judgeAnswers, input)).toMatchObject({ candidate: { unread: 0 } });
  expect(wordy.calls()).toBe(4 * ROWS + 1);

  const never = await judging(() => 'Both are fine.');
  const { candidate } = await once(never.pipeline.judgeAnswers, await inputOf({ rows: 3 }));
  expect(candidate).toMatchObject({ rows: 3, unread: 12 });
  expect(candidate?.score).toBeUndefined();
  expect(never.calls()).toBe(24);
});

it('fails where the judge cannot be asked', async () => {
  const message = 'Invocation of model ID anthropic.claude-v9 with on-demand throughput is not supported';
  const { pipeline } = await judging(undefined, {
    operation: 'Converse',
    error: { code: 'ValidationException', message },
  });
  expect(await failureOf(once(pipeline.judgeAnswers, await inputOf()))).toMatchObject({
    type: 'InvalidRequest',
    message: expect.stringMatching(/^judge amazon\.nova-pro-v1:0 answered none of the first 10 rows: Invocation/),
  });
});
