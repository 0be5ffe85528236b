/** How a candidate has to measure up to the model of its name that was handed over before. */
import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { championDeploymentName } from '../../spec/naming.ts';
import type { RunRecord } from '../../spec/record.ts';
import { eventually } from '../support/eventually.ts';
import {
  type AllActivities,
  CHAMPION,
  CHAMPION_SPECS,
  comparedBy,
  dataSet,
  fakeActivities,
  scoresWith,
  serving,
  underWay,
} from './fake-activities.ts';
import { BEDROCK_SPEC, runToEnd, SPEC, withRun } from './harness.ts';

const RULED = SPEC.replace('accuracy >= 0.70', 'accuracy >= champion + 0.01');
const RULED_ON_BEDROCK = BEDROCK_SPEC.replace('accuracy >= 0.70', 'accuracy >= champion + 0.01');
const ARN = 'arn:aws:bedrock:us-east-1:000000000000:custom-model/amazon.nova-lite-v1:0:300k/cccccccccccc';
const ON_BEDROCK: Partial<AllActivities> = {
  ...CHAMPION,
  findChampion: async () => ({
    model: { engine: 'bedrock', customModel: ARN, base: 'amazon.nova-lite-v1:0' },
    spec: CHAMPION_SPECS.bedrock,
  }),
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
  const { fakes, asked } = heard('submitEvaluation', {
    ...CHAMPION,
    findChampion: async () => ({ model, spec: CHAMPION_SPECS.sagemaker }),
  });
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

it('asks a champion that SageMaker made by a transform job of its own, beside the models of Bedrock', async () => {
  const { fakes, asked } = heard('submitEvaluation', CHAMPION);
  const { record } = await runToEnd(fakes, RULED_ON_BEDROCK);
  expect(record.outcome).toBe('passed');
  expect(Object.keys(record.evaluations ?? {})).toEqual(['base', 'champion', 'candidate']);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    models: { champion: { engine: 'sagemaker' } },
    saysAnything: true,
    maxSeconds: 86_400,
  });
  expect(Object.keys(asked[0]?.models ?? {})).toEqual(['champion']);
  expect(record.leftBehind).toBeUndefined();
});

it('asks a champion that Bedrock made by Converse, in the words that it was trained in, and then takes its deployment away', async () => {
  const { fakes, asked } = heard('answerTestSplit', {
    ...ON_BEDROCK,
    submitCandidate: async ({ run }) => ({ name: championDeploymentName(run) }),
  });
  const { record } = await runToEnd(fakes, RULED);
  expect(record.outcome).toBe('passed');
  expect(Object.keys(record.evaluations ?? {})).toEqual(['base', 'champion', 'candidate']);
  expect(asked).toHaveLength(1);
  expect(asked[0]).toMatchObject({ contender: 'champion', wording: { prompt: 'Sentiment of: {text}' } });
  expect(record.candidate).toBeUndefined();
  expect(fakes.calls.indexOf('removeCandidate')).toBeLessThan(fakes.calls.indexOf('compareContenders'));
});

it('compares answers of the other engine as those of a language model', async () => {
  for (const [spec, champion] of [
    [RULED, ON_BEDROCK],
    [RULED_ON_BEDROCK, CHAMPION],
  ] as const) {
    const { fakes, asked } = heard('compareContenders', champion);
    await runToEnd(fakes, spec);
    expect(asked[0]).toMatchObject({ saysAnything: true });
  }
});

it("ends the other engine's job when the run is cancelled meanwhile", async () => {
  const fakes = fakeActivities({ ...CHAMPION, awaitEvaluation: () => Promise.reject(underWay('10 minutes')) });
  await withRun(
    fakes,
    async ({ handle }) => {
      await eventually('its evaluation', async () => fakes.calls.includes('awaitEvaluation') || undefined);
      await handle.cancel();
      await handle.result().catch(() => {});
    },
    RULED_ON_BEDROCK,
  );
  expect(fakes.calls).toContain('removeContender');
});

it('ends before it asks a champion of the other engine that its budget does not cover', async () => {
  const prices = { training: { 'ml.m5.large': 0.1 }, transform: { 'ml.m5.large': 0.1 }, hosting: {} };
  const fakes = fakeActivities({
    ...ON_BEDROCK,
    prepareInputs: async () => ({
      data: {
        ...dataSet,
        splits: {
          ...dataSet.splits,
          test: { uri: 's3://bucket/test/', rows: 20, tokens: { question: 1e6, answer: 20 } },
        },
      },
      source: { uri: 's3://bucket/sourcedir.tar.gz', sha256: 'b'.repeat(64) },
    }),
  });
  const bedrock = { models: { 'amazon.nova-lite-v1:0': { perMillionTokens: { customInput: 5, customOutput: 5 } } } };
  const { record } = await runToEnd(fakes, `${RULED}budget: 4 USD\n`, { prices: { ...prices, bedrock } });
  expect(record).toMatchObject({ outcome: 'failed', failure: { code: 'BudgetExceeded', stage: 'evaluate' } });
  expect(record.failure?.message).toContain('evaluate champion by about 1M tokens: 5.06 USD');
  expect(fakes.calls).not.toContain('answerTestSplit');
});
