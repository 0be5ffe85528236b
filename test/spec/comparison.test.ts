import { describe, expect, it } from 'vitest';
import { compareRuns } from '../../spec/comparison.ts';
import { billOf } from '../../spec/cost/paid.ts';
import { NO_PRICES, type Prices } from '../../spec/cost/prices.ts';
import type { Evaluation } from '../../spec/evaluation.ts';
import { type DataSet, RUN_VERSION, type RunRecord } from '../../spec/record.ts';
import { type SpecInput, specSchema } from '../../spec/spec.ts';

const NOVA = 'amazon.nova-micro-v1:0';
const prices: Prices = {
  training: { 'ml.m5.large': 0.36 },
  transform: { 'ml.m5.large': 0.36 },
  hosting: { 'ml.m5.large': 0.115 },
  bedrock: {
    models: {
      [NOVA]: {
        perMillionTokens: {
          training: 1,
          input: 2,
          output: 4,
          batchInput: 1,
          batchOutput: 2,
          customInput: 3,
          customOutput: 5,
        },
      },
      judge: { perMillionTokens: { input: 10, output: 20 } },
    },
  },
};

const spec = {
  name: 'reviews',
  data: { source: 'data.jsonl', split: {} },
  train: { engine: 'sagemaker', script: 'train.py', base: 'run:movies' },
  evaluate: { metrics: ['f1_macro'] },
  deploy: { to: 'sagemaker-endpoint' },
} satisfies SpecInput;

const onBedrock = {
  ...spec,
  name: 'reviews-bedrock',
  train: { engine: 'bedrock', base: NOVA, hyperparameters: { epochCount: 2 } },
  evaluate: {},
  deploy: { to: 'bedrock-on-demand' },
} satisfies SpecInput;

function record(written: SpecInput, facts: Partial<RunRecord> = {}): RunRecord {
  const account = { region: 'us-east-1', bucket: 'b', roleArn: 'arn:aws:iam::000000000000:role/r' };
  const run = `temper/${written.name}/7f3a9c`;
  return { version: RUN_VERSION, run, spec: specSchema.parse(written), account, stage: 'data', timings: [], ...facts };
}

function dataWith(sha256: string): DataSet {
  const split = (rows: number) => ({ uri: 's3://b/', rows, sha256, tokens: { question: 900_000, answer: 100_000 } });
  const about = { kind: 'classification', labels: ['a', 'b'], duplicates: 0, conflicts: 0 } as const;
  return { sha256: 'all', ...about, splits: { train: split(80), test: split(20) } };
}

const evaluated = (accuracy: number, facts: Partial<Evaluation> = {}): Evaluation => ({
  scores: { rows: 20, metrics: { accuracy, f1_macro: accuracy } },
  predictions: 's3://b/p.jsonl',
  ...facts,
});

const answering = { modelId: 'm', inputTokens: 1_000_000, outputTokens: 100_000, cut: 0 };
const custom = {
  engine: 'bedrock',
  customModel: 'arn',
  modelName: 'm',
  base: NOVA,
  jobName: 'j',
  jobArn: 'a',
  trainingSeconds: 60,
  metrics: { training_loss: 0.5 },
  output: 's3://b/o/',
} as const;

const trained: RunRecord = record(spec, {
  stage: 'evaluate',
  data: dataWith('one'),
  model: {
    engine: 'sagemaker',
    artifact: 's3://b/m',
    jobName: 'j',
    jobArn: 'a',
    instance: 'ml.m5.large',
    metrics: {},
    trainingSeconds: 100,
    billedSeconds: 100,
  },
  shortages: [
    { stage: 'train', instance: 'ml.m5.large', of: 'capacity', times: 1, job: 'j', message: 'm', billedSeconds: 20 },
  ],
  evaluations: { base: evaluated(0.6), candidate: evaluated(0.8) },
  timings: [{ stage: 'evaluate', startedAt: '2026-01-01T00:00:00Z', seconds: 50 }],
});

const customized: RunRecord = record(onBedrock, {
  stage: 'deploy',
  outcome: 'passed',
  data: dataWith('one'),
  model: custom,
  evaluations: { base: evaluated(0, { answering }), candidate: evaluated(0.9, { answering }) },
  gate: [{ rule: 'accuracy >= 0.7', passed: false, value: 0.6, threshold: 0.7, reason: 'accuracy 0.6 is not >= 0.7' }],
});

const compared = (one: RunRecord, other: RunRecord) => compareRuns({ record: one, prices }, { record: other, prices });

describe('two runs side by side', () => {
  it('have the scores that either asks for, and say whether they were tested on the same rows', () => {
    const { test, metrics, runs } = compared(trained, customized);
    expect([test, metrics]).toEqual(['same', ['f1_macro', 'accuracy']]);
    expect(runs.map(({ engine, scores }) => [engine, scores?.base?.accuracy, scores?.candidate?.accuracy])).toEqual([
      ['sagemaker', 0.6, 0.8],
      ['bedrock', 0, 0.9],
    ]);
    expect(runs[1]).toMatchObject({
      id: '7f3a9c',
      outcome: 'passed',
      rows: { train: 80, test: 20 },
      training: { training_loss: 0.5 },
      gate: { rules: 1, missed: ['accuracy 0.6 is not >= 0.7'] },
    });
    expect(compared(trained, { ...customized, data: dataWith('another') }).test).toBe('different');
  });

  it('can be under way: what is not known yet is left out', () => {
    const { test, runs } = compared(trained, record(onBedrock));
    expect(test).toBe('unknown');
    expect(runs[1]).toEqual({
      run: 'temper/reviews-bedrock/7f3a9c',
      name: 'reviews-bedrock',
      id: '7f3a9c',
      engine: 'bedrock',
      base: NOVA,
      stage: 'data',
      seconds: {},
      bill: { items: [], usd: 0, unknown: [] },
    });
  });
});

describe('what a run has been billed for', () => {
  it('is seconds of machines on SageMaker, those of jobs in vain among them; of evaluations, at most as long as they were waited for', () => {
    expect(billOf(trained, prices)).toEqual({
      items: [
        {
          by: 'machines',
          stage: 'train',
          instance: 'ml.m5.large',
          seconds: 20,
          known: 'exactly',
          usd: expect.closeTo(0.002, 10),
        },
        {
          by: 'machines',
          stage: 'train',
          instance: 'ml.m5.large',
          seconds: 100,
          known: 'exactly',
          usd: expect.closeTo(0.01, 10),
        },
        {
          by: 'machines',
          stage: 'evaluate',
          instance: 'ml.m5.large',
          seconds: 100,
          known: 'at most',
          usd: expect.closeTo(0.01, 10),
        },
      ],
      usd: expect.closeTo(0.022, 10),
      unknown: [],
    });
  });

  it('is tokens on Bedrock: learnt by an estimate, read and written as AWS has counted them', () => {
    const { items, usd, unknown } = billOf(customized, prices);
    expect(items.map((item) => item.by === 'tokens' && [item.who, item.tokens, item.known, item.usd])).toEqual([
      ['student', { learnt: 2_000_000 }, 'by an estimate', 2],
      ['base', { read: 1_000_000, written: 100_000 }, 'exactly', 2.4],
      ['candidate', { read: 1_000_000, written: 100_000 }, 'exactly', 3.5],
    ]);
    expect([usd, unknown]).toEqual([7.9, []]);
  });

  it('has the judge once, batches at their price, and no tokens of a candidate that model units answer for', () => {
    const judged = { model: 'judge', rows: 9, unread: 0, inputTokens: 100_000, outputTokens: 0, verdicts: 's3://b/v' };
    const evaluations = { base: evaluated(0, { answering, judged }), candidate: evaluated(1, { answering, judged }) };
    const batch = record(
      { ...onBedrock, evaluate: { by: 'batch' } },
      { data: dataWith('one'), model: custom, evaluations },
    );
    expect(billOf(batch, prices).items.map(({ usd }) => usd)).toEqual([2, 1.2, 3.5, 1]);
    const candidate = { to: 'bedrock-provisioned', name: 'n', arn: 'a' } as const;
    const { items, unknown } = billOf({ ...batch, candidate }, prices);
    expect(items.map((item) => item.by === 'tokens' && item.who)).toEqual(['student', 'base', 'judge']);
    expect(unknown).toEqual(['the hours of model units']);
  });

  it('names what has no known price', () => {
    expect(billOf(customized, NO_PRICES)).toMatchObject({
      usd: 0,
      unknown: [`train of ${NOVA}`, `evaluate of ${NOVA}`],
    });
  });
});
