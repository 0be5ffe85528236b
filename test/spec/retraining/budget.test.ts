import { describe, expect, it } from 'vitest';
import { RUN_VERSION, type RunRecord } from '../../../spec/record.ts';
import type { Firing } from '../../../spec/retrain.ts';
import { allowanceOf, billedUsd, mostOf, spendingOf } from '../../../spec/retraining/budget.ts';
import { specSchema } from '../../../spec/spec.ts';

const spec = (more: object = {}) =>
  specSchema.parse({
    name: 'reviews',
    data: { source: 's3://bucket/reviews/', split: { test: 0.2 } },
    train: { engine: 'sagemaker', script: 'train.py', instance: 'ml.a.large', maxRuntime: '1h' },
    evaluate: { instance: 'ml.a.large', maxRuntime: '1h' },
    ...more,
  });
/** An hour of training and one of evaluation: 12 USD. */
const PRICES = { training: { 'ml.a.large': 10 }, transform: { 'ml.a.large': 2 }, hosting: {} };
const spent = (usd: number) => ({ month: '2026-11', usd, runs: 3 });

describe('what a run may spend', () => {
  it.each([
    ['no budget at all', {}, 500, { reservedUsd: 12 }],
    ['its own alone', { budget: '25 USD' }, 500, { reservedUsd: 12 }],
    [
      "the month's, with more left than it needs",
      { retrain: { budget: '200 USD' } },
      100,
      { budget: '100.00 USD', reservedUsd: 12 },
    ],
    ["the month's, to the cent", { retrain: { budget: '200 USD' } }, 188, { budget: '12.00 USD', reservedUsd: 12 }],
    [
      'both, of which its own is less',
      { budget: '25 USD', retrain: { budget: '200 USD' } },
      0,
      { budget: '25.00 USD', reservedUsd: 12 },
    ],
    [
      'both, of which less is left',
      { budget: '25 USD', retrain: { budget: '200 USD' } },
      180.001,
      { budget: '19.99 USD', reservedUsd: 12 },
    ],
  ])('with %s', (_, more, usd, allowance) => {
    expect(allowanceOf(spec(more), PRICES, spent(usd))).toEqual(allowance);
  });

  it.each([
    [
      { retrain: { budget: '200 USD' } },
      188.01,
      'the run could cost 12.00 USD, and of the 200 USD of 2026-11 11.99 USD are left, as 3 runs have taken 188.01 USD, billed or reserved',
    ],
    [
      { retrain: { budget: '200 USD' } },
      200,
      'of the 200 USD of 2026-11 0.00 USD are left, as 3 runs have taken 200.00 USD',
    ],
    [{ retrain: { budget: '200 USD' } }, 260, 'of the 200 USD of 2026-11 0.00 USD are left'],
    [{ budget: '11 USD' }, 0, 'the run could cost 12.00 USD, more than its budget of 11 USD'],
    [{ budget: '25 USD', evaluate: { instance: 'ml.b.large' } }, 0, 'no price is known of ml.b.large (transform)'],
    [
      { retrain: { budget: '200 USD' }, evaluate: { instance: 'ml.b.large' } },
      0,
      'the schedule has a budget of 200 USD a month, and no price is known of ml.b.large',
    ],
  ])('is not started with %j and %d USD spent', (more, usd, problem) => {
    const allowance = allowanceOf(spec(more), PRICES, spent(usd));
    expect('problem' in allowance && allowance.problem).toContain(problem);
  });

  it('is what is left of the month where that is exactly what it can cost, whatever floating point makes of it', () => {
    // 3 × 1.10 + 0.10 is 3.4000000000000004 to it.
    const prices = { training: { 'ml.a.large': 1.1 }, transform: { 'ml.a.large': 0.1 }, hosting: {} };
    const train = { engine: 'sagemaker', script: 'train.py', instance: 'ml.a.large', maxRuntime: '3h' };
    for (const more of [{ retrain: { budget: '3.40 USD' } }, { budget: '3.40 USD', retrain: { budget: '9 USD' } }]) {
      expect(allowanceOf(spec({ ...more, train }), prices, spent(0))).toMatchObject({ budget: '3.40 USD' });
    }
    expect(allowanceOf(spec({ train, retrain: { budget: '9 USD' } }), prices, spent(5.6))).toMatchObject({
      budget: '3.40 USD',
    });
  });

  it('is all that is left where only its data tells what it costs', () => {
    const bedrock = { train: { engine: 'bedrock', base: 'amazon.nova-lite-v1:0' }, evaluate: undefined };
    const models = { 'amazon.nova-lite-v1:0': { perMillionTokens: { training: 8 } } };
    const prices = { ...PRICES, bedrock: { models } };
    expect(allowanceOf(spec({ ...bedrock, retrain: { budget: '200 USD' } }), prices, spent(150))).toEqual({
      budget: '50.00 USD',
      reservedUsd: 50,
    });
  });
});

const firing = (more: Partial<Firing>): Firing => ({
  version: RUN_VERSION,
  name: 'reviews',
  scheduledAt: '2026-11-25T06:00:00Z',
  decision: { firing: 'f', at: '2026-11-25T06:00:01.000Z', decided: 'train', reason: '520 rows are new', findings: [] },
  ...more,
});

it('a month has spent what was billed, and what is reserved where that is not known', () => {
  const firings = [
    firing({ run: 'a', reservedUsd: 12, billedUsd: 3.5 }),
    firing({ run: 'b', reservedUsd: 12 }),
    firing({ run: 'c' }),
    firing({ decision: { ...firing({}).decision, decided: 'skip' } }),
  ];
  expect(spendingOf('2026-11', firings)).toEqual({ month: '2026-11', usd: 15.5, runs: 3 });
});

const record = (more: Partial<RunRecord>): RunRecord => ({
  version: RUN_VERSION,
  run: 'temper/reviews/aaaa',
  spec: spec(),
  account: { region: 'us-east-1', bucket: 'b', roleArn: 'r' },
  stage: 'deploy',
  outcome: 'passed',
  timings: [],
  ...more,
});

describe('what a run was billed', () => {
  const model = {
    engine: 'sagemaker',
    artifact: 's3://b/model.tar.gz',
    jobName: 'j',
    jobArn: 'arn',
    instance: 'ml.a.large',
    metrics: {},
    trainingSeconds: 360,
    billedSeconds: 360,
  } as const;

  it.each<[string, Partial<RunRecord>, number | undefined]>([
    ['passed', { trainingJob: 'j', model }, 1],
    ['failed before anything was created', { outcome: 'failed', stage: 'data' }, 0],
    ['failed amid its training', { outcome: 'failed', stage: 'train', trainingJob: 'j' }, undefined],
    [
      'was cancelled amid its evaluation',
      { outcome: 'cancelled', stage: 'evaluate', trainingJob: 'j', model },
      undefined,
    ],
    [
      'was cancelled when it waited for approval',
      { outcome: 'cancelled', stage: 'approve', trainingJob: 'j', model, evaluations: {} },
      1,
    ],
    ['has an instance without a price', { trainingJob: 'j', model: { ...model, instance: 'ml.b.large' } }, undefined],
  ])('that %s', (_, more, usd) => {
    expect(billedUsd(record(more), PRICES)).toBe(usd);
  });

  it('is at most what was reserved', () => {
    expect(mostOf(record({}), PRICES, 12)).toBe(12);
    expect(mostOf(record({}), PRICES, undefined)).toBeUndefined();
  });
});
