import { describe, expect, it } from 'vitest';
import { NO_PRICES } from '../../spec/cost/prices.ts';
import { type PlanFacts, planOf } from '../../spec/plan.ts';
import { type SpecInput, specSchema } from '../../spec/spec.ts';

const account = { region: 'us-east-1', bucket: 'bucket', roleArn: 'arn:aws:iam::000000000000:role/r' };
const machine = { 'ml.m5.large': 0.115 };
const facts: PlanFacts = {
  account,
  billed: true,
  prices: { asOf: '2026-11-20', training: machine, transform: machine, hosting: machine },
  data: { files: 1, bytes: 900, uri: 's3://bucket/data/', there: true, splits: { train: 80, test: 20 } },
  code: { bytes: 2000, uri: 's3://bucket/code', there: false },
  bucket: 'there',
  base: { artifact: 's3://bucket/base/model.tar.gz', run: 'temper/movie-reviews/aaaaaa' },
  endpoint: { status: 'InService', updatable: true, owner: 'reviews', serves: 'temper/reviews/bbbbbb' },
  unknown: [],
};

function specWith(parts: Partial<SpecInput> = {}) {
  return specSchema.parse({
    name: 'reviews',
    data: { source: 'data.jsonl' },
    train: { engine: 'sagemaker', script: 'train.py', base: 'run:movie-reviews', maxWait: '2h' },
    evaluate: {},
    deploy: { to: 'sagemaker-endpoint' },
    ...parts,
  });
}

describe('a plan', () => {
  it('says of each thing whether it is sent, used, made or replaced', () => {
    const { ok, steps, maxSeconds, maxWaitSeconds } = planOf(specWith(), facts);
    expect(steps.map(({ what, action, name, run }) => [what, action, name ?? run])).toEqual([
      ['data', 'reuse', 's3://bucket/data/'],
      ['code', 'upload', 's3://bucket/code'],
      ['base', 'use', 's3://bucket/base/model.tar.gz'],
      ['training job', 'create', undefined],
      ['transform job', 'create', undefined],
      ['endpoint', 'update', 'reviews'],
    ]);
    expect(steps.at(-1)?.run).toBe('temper/reviews/bbbbbb');
    expect([ok, maxSeconds, maxWaitSeconds]).toEqual([true, 7200, 3 * 7200]);
  });

  it('of a model for Bedrock is that its weights are looked into before they are evaluated', () => {
    const { steps } = planOf(specWith({ deploy: { to: 'bedrock-import' } }), facts);
    expect(steps.slice(-4).map(({ what, action }) => [what, action])).toEqual([
      ['training job', 'create'],
      ['weights', 'check'],
      ['transform job', 'create'],
      ['imported model', 'update'],
    ]);
  });

  it('asks a person before anything serves, where the spec does', () => {
    const { steps } = planOf(specWith({ approve: { approvers: ['ana'], within: '2d' } }), facts);
    expect(steps.slice(-2)).toMatchObject([
      { what: 'approval', action: 'ask', approval: { approvers: ['ana'], within: '2d', otherwise: 'decline' } },
      { what: 'endpoint' },
    ]);
  });

  it('does not guess what was not looked up', () => {
    const { bucket: _, base: __, endpoint: ___, ...local } = facts;
    const { ok, steps } = planOf(specWith(), {
      ...local,
      data: { files: 1, bytes: 900 },
      unknown: [{ what: 'bucket bucket', why: 'no credentials' }],
    });
    expect(steps.filter(({ action }) => action === 'unknown').map(({ what }) => what)).toEqual([
      'data',
      'base',
      'endpoint',
    ]);
    expect(ok).toBe(true);
  });

  it('has no base, evaluation and endpoint where the spec has none', () => {
    const spec = specWith({
      train: { engine: 'sagemaker', script: 'train.py' },
      evaluate: undefined,
      deploy: { to: 'none' },
    });
    expect(planOf(spec, facts).steps.map(({ what }) => what)).toEqual(['data', 'code', 'training job']);
  });
});

describe('what would stop a run is part of its plan', () => {
  const codes = (changed: Partial<PlanFacts>, parts?: Partial<SpecInput>) => {
    const { ok, problems } = planOf(specWith(parts), { ...facts, ...changed });
    expect(ok).toBe(problems.length === 0);
    return problems.map(({ code }) => code);
  };

  it.each<[string, Partial<PlanFacts>, string]>([
    ['no role', { account: { region: 'us-east-1', bucket: 'bucket' } }, 'AccountIncomplete'],
    ['no bucket', { bucket: null }, 'NotFound'],
    ['no bucket for what the endpoint captures', { captureBucket: null }, 'NotFound'],
    ['no topic to tell people by', { topic: null }, 'NotFound'],
    [
      'rows that cannot be used',
      { data: { refused: { code: 'InvalidData', message: '3 of 40 rows cannot be used' } } },
      'InvalidData',
    ],
    [
      'a metric that does not fit the rows',
      { data: { refused: { code: 'InvalidSpec', message: 'bleu does not fit classification examples' } } },
      'InvalidSpec',
    ],
    ['no base', { base: null }, 'BaseNotFound'],
    [
      "an endpoint of somebody else's",
      { endpoint: { status: 'InService', updatable: true, owner: 'other' } },
      'Conflict',
    ],
    [
      'what cannot be given the model',
      {
        endpoint: {
          ...{ status: 'InService', updatable: true, owner: 'reviews' },
          obstacle: { problem: 'has 1 model unit, the spec says 2', fix: 'delete it' },
        },
      },
      'Conflict',
    ],
    ['an endpoint without an owner', { endpoint: { status: 'InService', updatable: true } }, 'Conflict'],
    [
      'an endpoint that failed',
      { endpoint: { status: 'Failed', updatable: false, owner: 'reviews' } },
      'EndpointFailed',
    ],
  ])('%s', (_, changed, code) => {
    expect(codes(changed)).toEqual([code]);
  });

  it('a budget, and prices that it cannot be held against', () => {
    expect(codes({}, { budget: '0.34 USD' })).toEqual(['BudgetExceeded']);
    expect(codes({}, { budget: '0.35 USD' })).toEqual([]);
    expect(codes({ prices: NO_PRICES }, { budget: '99 USD' })).toEqual(['PriceUnknown']);
  });
});
