/** How a Bedrock run has its contenders answer, and what of that decides. */
import { expect, it } from 'vitest';
import type { Judged } from '../../spec/evaluation.ts';
import { held } from '../support/held.ts';
import { type ActivityName, type AllActivities, fakeActivities, underWay } from './fake-activities.ts';
import { runToEnd, withRun } from './harness.ts';

const SPEC = `
name: reviews
data: { source: data.jsonl, split: { test: 0.2 } }
train: { engine: bedrock, base: amazon.nova-lite-v1:0 }
evaluate: {}
gate: [accuracy >= base + 0.05]
`;
const evaluatedBy = (how: string, gate = 'accuracy >= 0.7'): string =>
  SPEC.replace('evaluate: {}', `evaluate: ${how}`).replace('accuracy >= base + 0.05', gate);

const CANDIDATE = 'arn:aws:bedrock:us-east-1:000000000000:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl';

/** Activities that keep what they were asked. */
function listening(overrides: Parameters<typeof fakeActivities>[0] = {}) {
  const asked: { readonly name: ActivityName; readonly contender: string; readonly modelId?: string }[] = [];
  const { activities } = fakeActivities(overrides);
  const names = ['answerTestSplit', 'submitBatch', 'stopBatch', 'submitEvaluationJob', 'stopEvaluationJob'] as const;
  const heard = names.map((name) => [
    name,
    (input: { contender: string; modelId?: string }) => {
      asked.push({ name, contender: input.contender, ...(input.modelId && { modelId: input.modelId }) });
      return (activities[name] as (input: unknown) => unknown)(input);
    },
  ]);
  const fakes = fakeActivities({ ...overrides, ...Object.fromEntries(heard) });
  const of = (name: ActivityName) =>
    asked
      .filter((each) => each.name === name)
      .map(({ contender, modelId }) => (modelId === undefined ? contender : `${contender} ${modelId}`))
      .sort();
  return { fakes, of };
}

it('asks base and candidate by Converse, the candidate where it is deployed', async () => {
  const { fakes, of } = listening();
  const { record } = await runToEnd(fakes, SPEC);
  expect(record.outcome).toBe('passed');
  expect(of('answerTestSplit')).toEqual([
    'base amazon.nova-lite-v1:0',
    expect.stringMatching(/^candidate arn:aws:bedrock:.*:custom-model-deployment\//),
  ]);
  expect(record.evaluations?.candidate?.answering?.modelId).toContain('custom-model-deployment');
});

it('does not ask a base that is a custom model itself, and refuses to compare with it', async () => {
  const base = 'arn:aws:bedrock:us-east-1:000000000000:custom-model/amazon.nova-lite-v1:0:300k/mmmmmmmmmmmm';
  const further = evaluatedBy('{}').replace('amazon.nova-lite-v1:0', `"${base}"`);
  const { fakes, of } = listening();
  const { record } = await runToEnd(fakes, further);
  expect(record.outcome).toBe('passed');
  expect(of('answerTestSplit')).toHaveLength(1);
  expect(record.evaluations?.base).toBeUndefined();
  const compared = further.replace('accuracy >= 0.7', 'accuracy >= base');
  await expect(runToEnd(fakes, compared)).rejects.toThrow(/is a custom model, which answers only where it is deployed/);
});

it('has jobs answer in batch, with no deployment for it', async () => {
  const { fakes, of } = listening();
  const { record } = await runToEnd(fakes, evaluatedBy('{ by: batch }'));
  expect(record.outcome).toBe('passed');
  expect(of('submitBatch')).toEqual(['base amazon.nova-lite-v1:0', `candidate ${CANDIDATE}`]);
  expect(fakes.calls).not.toContain('submitCandidate');
  expect(of('stopBatch')).toEqual([]);
});

it.each([
  ['{ by: batch }', 'awaitBatch', 'stopBatch'],
  [
    '{ by: bedrock-job, job: { metrics: [Builtin.Correctness], evaluator: m.n } }',
    'awaitEvaluationJob',
    'stopEvaluationJob',
  ],
] as const)('stops the jobs of a run that is cancelled: %s', async (how, waiting, stop) => {
  const { fakes, of } = listening({ [waiting]: () => Promise.reject(underWay('10 minutes')) });
  await withRun(
    fakes,
    async ({ handle, until }) => {
      await until(() => fakes.calls.filter((call) => call === waiting).length >= 2);
      await handle.cancel();
      await handle.result().catch(() => {});
    },
    evaluatedBy(how),
  );
  expect(of(stop)).toEqual(['base', 'candidate']);
});

it('lets an evaluation job of Bedrock decide', async () => {
  const job = '{ by: bedrock-job, job: { metrics: [Builtin.Correctness], evaluator: amazon.nova-pro-v1:0 } }';
  const { fakes } = listening();
  const { record } = await runToEnd(fakes, evaluatedBy(job, 'bedrock_correctness >= 0.95'));
  expect(record).toMatchObject({
    outcome: 'rejected',
    evaluations: { candidate: { scores: { metrics: { accuracy: 0.8, bedrock_correctness: 0.9 } }, job: { rows: 20 } } },
    gate: [{ passed: false, value: 0.9 }],
  });
});

it('lets a judge decide, on the answers of both', async () => {
  const judged: Judged = {
    ...{ model: 'm.n', rows: 20, unread: 0, inputTokens: 1, outputTokens: 1, verdicts: 's3://b/v' },
    score: { mean: 0.7, deviation: 0.1 },
    pairs: { wins: 12, ties: 4, losses: 4, winRate: { mean: 0.7, deviation: 0.2 }, disagreement: 0.1 },
  };
  const { fakes } = listening({
    judgeAnswers: async ({ predictions, inPairs }) => {
      expect([Object.keys(predictions).sort(), inPairs]).toEqual([['base', 'candidate'], true]);
      return { base: { ...judged, score: { mean: 0.5, deviation: 0.1 } }, candidate: judged };
    },
  });
  const gate = 'judge_win_rate >= 0.6, judge_score >= base + 0.1';
  const how = '{ judge: { model: amazon.nova-pro-v1:0, against: base } }';
  const data = 'source: data.jsonl, format: completion,';
  const { record } = await runToEnd(fakes, evaluatedBy(how, gate).replace('source: data.jsonl,', data));
  expect(record).toMatchObject({
    outcome: 'passed',
    evaluations: { candidate: { scores: { metrics: { judge_win_rate: 0.7 } }, judged } },
  });
});

it('tells an evaluation that takes longer than it may', async () => {
  const { released, release } = held();
  const slow: AllActivities['answerTestSplit'] = async () => {
    await released;
    throw new Error('nobody waits for this any more');
  };
  const record = await withRun(
    fakeActivities({ answerTestSplit: slow }),
    async ({ until }) => {
      const ended = await until(({ outcome }) => outcome !== undefined);
      release();
      return ended;
    },
    evaluatedBy('{ maxRuntime: 1s }'),
  );
  expect(record.failure).toMatchObject({
    code: 'MaxRuntimeExceeded',
    stage: 'evaluate',
    message: expect.stringMatching(
      /^the \w+ did not answer 20 rows within its limit of 1s; raise evaluate\.maxRuntime$/,
    ),
  });
});
