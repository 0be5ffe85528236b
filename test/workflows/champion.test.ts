/** How a candidate has to measure up to the model of its name that was handed over before. */
import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { championDeploymentName } from '../../spec/naming.ts';
import type { RunRecord } from '../../spec/record.ts';
import { type AllActivities, CHAMPION, comparedBy, fakeActivities, scoresWith, serving } from './fake-activities.ts';
import { BEDROCK_SPEC, runToEnd, SPEC } from './harness.ts';

const RULED = SPEC.replace('accuracy >= 0.70', 'accuracy >= champion + 0.01');
const RULED_ON_BEDROCK = BEDROCK_SPEC.replace('accuracy >= 0.70', 'accuracy >= champion + 0.01');
const ARN = 'arn:aws:bedrock:us-east-1:000000000000:custom-model/amazon.nova-lite-v1:0:300k/cccccccccccc';
const ON_BEDROCK: Partial<AllActivities> = {
  ...CHAMPION,
  findChampion: async () => ({ model: { engine: 'bedrock', customModel: ARN, base: 'amazon.nova-lite-v1:0' } }),
};

/** Activities, and what one of them was asked each time. */
function heard<N extends keyof AllActivities>(name: N, overrides: Partial<AllActivities>) {
  const asked: Parameters<AllActivities[N]>[0][] = [];
  const working = { ...fakeActivities().activities, ...overrides }[name] as (input: unknown) => unknown;
  const fakes = fakeActivities({
    ...overrides,
    [name]: (input: Parameters<AllActivities[N]>[0]) => {
      asked.push(input);
      return working(input);
    },
  });
  return { fakes, asked };
}

it('evaluates the champion beside base and candidate, on the same test split, and passes with confidence', async () => {
  const { fakes, asked } = heard('compareContenders', CHAMPION);
  const { record } = await runToEnd(fakes, RULED);
  expect(record.outcome).toBe('passed');
  expect(record.champion?.model.run).toBe('temper/reviews/aaaa');
  expect(Object.keys(record.evaluations ?? {})).toEqual(['base', 'champion', 'candidate']);
  expect(asked[0]).toMatchObject({
    rules: ['accuracy >= champion + 0.01'],
    predictions: { champion: 's3://bucket/champion/predictions.jsonl' },
    saysAnything: false,
  });
  expect(record.gate?.[0]).toMatchObject({ passed: true, interval: { lower: 0.06, confidence: 0.95 }, rows: 100 });
});

it('rejects a model whose lead may be noise, and deploys nothing', async () => {
  const fakes = fakeActivities({ ...CHAMPION, compareContenders: async () => [comparedBy(-0.01)] });
  const { record } = await runToEnd(fakes, RULED);
  expect(record.outcome).toBe('rejected');
  expect(record.gate?.[0]?.reason).toMatch(/is not >= 0.7100 \(champion 0.7000\) .* is at least -0.0100, of 100 rows/);
  expect(fakes.calls).not.toContain('submitDeployment');
});

it('holds where there is no champion yet, and says so', async () => {
  const { record } = await runToEnd(fakeActivities(), RULED);
  expect(record.outcome).toBe('passed');
  expect(record.champion).toBeUndefined();
  expect(record.gate?.[0]?.reason).toContain('there is no champion yet');
});

it('is rejected where the champion was deleted by hand, saying what is gone; without the rule it passes', async () => {
  const { findChampion } = CHAMPION as Required<Pick<AllActivities, 'findChampion'>>;
  const gone = fakeActivities({
    findChampion: async (question) => {
      const champion = (await findChampion(question)) as NonNullable<RunRecord['champion']>;
      return { ...champion, gone: 'its artifact s3://bucket/champion/model.tar.gz was deleted' };
    },
  });
  const { record } = await runToEnd(gone, RULED);
  expect(record.outcome).toBe('rejected');
  expect(record.evaluations?.champion).toBeUndefined();
  expect(record.gate?.[0]?.reason).toContain('s3://bucket/champion/model.tar.gz was deleted');
  expect((await runToEnd(gone, SPEC)).record.outcome).toBe('passed');
});

it('neither looks for a champion nor compares rows where no rule asks', async () => {
  const fakes = fakeActivities(CHAMPION);
  await runToEnd(fakes);
  expect(fakes.calls).not.toContain('findChampion');
  expect(fakes.calls).not.toContain('compareContenders');
});

it('does not ask a champion twice that is the base', async () => {
  const model = { engine: 'sagemaker', artifact: 's3://bucket/base/model.tar.gz', serving } as const;
  const { fakes, asked } = heard('submitEvaluation', { ...CHAMPION, findChampion: async () => ({ model }) });
  const { record } = await runToEnd(fakes, RULED);
  expect(Object.keys(asked[0]?.models ?? {})).toEqual(['base', 'candidate']);
  expect(record.evaluations?.champion).toEqual(record.evaluations?.base);
});

it('asks a champion of Bedrock by what serves it', async () => {
  const serving: Partial<AllActivities> = {
    ...ON_BEDROCK,
    findServing: async ({ to, name }) => ({ to, name, arn: 'arn:of:what:serves' }),
  };
  const { fakes, asked } = heard('answerTestSplit', serving);
  const { record } = await runToEnd(fakes, RULED_ON_BEDROCK);
  expect(record.outcome).toBe('passed');
  expect(asked.find(({ contender }) => contender === 'champion')?.modelId).toBe('arn:of:what:serves');
  expect(fakes.calls.filter((name) => name === 'submitCandidate')).toHaveLength(1);
});

it('gives a champion of Bedrock that nothing serves a deployment of its own, which goes before the gate', async () => {
  const { fakes, asked } = heard('submitCandidate', {
    ...ON_BEDROCK,
    submitCandidate: async ({ run, who, servedName }) => ({
      name: who === 'champion' ? championDeploymentName(run) : (servedName ?? ''),
    }),
  });
  const { record } = await runToEnd(fakes, RULED_ON_BEDROCK);
  expect(record.outcome).toBe('passed');
  expect(asked.find(({ who }) => who === 'champion')?.model).toBe(ARN);
  expect(fakes.calls.indexOf('removeCandidate')).toBeLessThan(fakes.calls.indexOf('compareContenders'));
});

it("removes the champion's deployment of a run that fails meanwhile", async () => {
  const fakes = fakeActivities({
    ...ON_BEDROCK,
    answerTestSplit: async ({ contender, modelId }) => {
      if (contender === 'champion') throw ApplicationFailure.nonRetryable('no answer', 'InvalidRequest');
      const answering = { modelId, inputTokens: 1, outputTokens: 1, cut: 0 };
      return { scores: scoresWith(80), predictions: 's3://bucket/predictions', answering };
    },
  });
  const { record } = await runToEnd(fakes, RULED_ON_BEDROCK);
  expect(record.outcome).toBe('failed');
  expect(fakes.calls).toContain('removeCandidate');
});

it('has a job of its own for the champion in batch', async () => {
  const { fakes, asked } = heard('submitBatch', ON_BEDROCK);
  await runToEnd(fakes, RULED_ON_BEDROCK.replace('evaluate: {}', 'evaluate: { by: batch }'));
  expect(asked.find(({ contender }) => contender === 'champion')?.modelId).toBe(ARN);
});
