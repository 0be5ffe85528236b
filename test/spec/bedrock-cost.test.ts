import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { budgetProblem, formatTokens } from '../../spec/cost/budget.ts';
import { costOf, type Known, pricesFor } from '../../spec/cost/cost.ts';
import { parsePriceList, regionPrices } from '../../spec/cost/price-list.ts';
import { NO_PRICES, type Prices } from '../../spec/cost/prices.ts';
import { type SpecInput, specSchema } from '../../spec/spec.ts';

const NOVA = 'amazon.nova-lite-v1:0';
const prices: Prices = {
  ...NO_PRICES,
  bedrock: {
    models: {
      [NOVA]: {
        perMillionTokens: {
          training: 2,
          input: 0.06,
          output: 0.24,
          batchInput: 0.03,
          batchOutput: 0.12,
          customInput: 0.08,
          customOutput: 0.3,
        },
        perModelMonth: 1.95,
        perModelUnitHour: { none: 100, 'one-month': 90 },
      },
      'amazon.nova-pro-v1:0': { perMillionTokens: { input: 0.8, output: 3.2 } },
    },
    perCustomModelUnit: { minute: 0.05718, month: 1.95 },
  },
};

const splits: Known['splits'] = {
  train: { rows: 800, tokens: { question: 90_000, answer: 10_000 } },
  test: { rows: 200, tokens: { question: 20_000, answer: 4_000 } },
};

function specWith(parts: Partial<SpecInput> = {}) {
  return specSchema.parse({
    name: 'reviews',
    data: { source: 'data.jsonl', split: {} },
    train: { engine: 'bedrock', base: NOVA, hyperparameters: { epochCount: 3 } },
    evaluate: { maxTokens: 100 },
    deploy: { to: 'bedrock-on-demand' },
    ...parts,
  });
}

describe('the most that a run on Bedrock can cost', () => {
  it('is what it learns in each epoch, what base and candidate are asked, and the longest answers that they may give', () => {
    const { items, usd, estimated, serving, usdPerModelMonth, unknown } = costOf(specWith(), prices, { splits });
    const asked = { read: 20_000, written: 20_000 };
    expect(items).toEqual([
      { by: 'tokens', stage: 'train', who: 'student', model: NOVA, tokens: { learnt: 300_000 }, usd: 0.6 },
      { by: 'tokens', stage: 'evaluate', who: 'base', model: NOVA, tokens: asked, usd: expect.closeTo(0.006, 10) },
      {
        by: 'tokens',
        stage: 'evaluate',
        who: 'candidate',
        model: NOVA,
        tokens: asked,
        usd: expect.closeTo(0.0076, 10),
      },
    ]);
    expect(usd).toBeCloseTo(0.6136, 10);
    expect({ estimated, usdPerModelMonth, unknown }).toEqual({ estimated: true, usdPerModelMonth: 1.95, unknown: [] });
    expect(serving).toEqual({
      to: 'bedrock-on-demand',
      model: NOVA,
      usdPerMillionTokens: { input: 0.08, output: 0.3 },
    });
  });

  it('takes the epochs of the base model where none are given, and its prices whichever of its ids is', () => {
    const spec = specWith({ train: { engine: 'bedrock', base: 'us.amazon.nova-lite-v1:0:300k' } });
    expect(costOf(spec, prices, { splits }).items[0]).toMatchObject({ tokens: { learnt: 200_000 }, usd: 0.4 });
  });

  it('is half for the base where it is asked in a batch', () => {
    const spec = specWith({ evaluate: { by: 'batch', maxTokens: 100 } });
    expect(costOf(spec, prices, { splits }).items[1]?.usd).toBeCloseTo(0.003, 10);
  });

  it('has what a judge reads of both contenders, alone and in pairs either way round', () => {
    const model = 'amazon.nova-pro-v1:0';
    const of = (judge: object) => {
      const spec = specWith({ evaluate: { maxTokens: 100, judge: { model, rubric: 'x'.repeat(40), ...judge } } });
      return costOf(spec, prices, { splits }).items.find((item) => item.by === 'tokens' && item.who === 'judge');
    };
    // A row's question and answer come to 120 tokens, the rubric to 10, and the judge's own words to 200.
    expect(of({ rows: 50 })).toMatchObject({ model, tokens: { read: 50 * (2 * 330 + 200), written: 50 * 600 } });
    expect(of({ against: 'base' })).toMatchObject({ tokens: { read: 200 * (4 * 330 + 600), written: 200 * 1200 } });
  });

  it('has the hours of a provisioned throughput, by its time to live or committed to', () => {
    const to = 'bedrock-provisioned' as const;
    const short = costOf(specWith({ deploy: { to, modelUnits: 2, ttl: '8h' } }), prices, { splits });
    // The candidate is evaluated by a deployment on demand.
    expect(short.items.map(({ by }) => by)).toEqual(['tokens', 'tokens', 'tokens', 'model units']);
    expect(short.items[3]).toMatchObject({ stage: 'deploy', modelUnits: 2, hours: 8, usd: 1600 });
    expect(short.serving).toMatchObject({ usdPerHour: 200 });
    const month = costOf(specWith({ deploy: { to, modelUnits: 1, commitment: 'one-month' } }), prices, { splits });
    expect(month.items[3]).toMatchObject({ hours: 730, usd: 65_700 });
    const long = costOf(specWith({ deploy: { to, modelUnits: 1, commitment: 'six-months' } }), prices, { splits });
    expect(long.unknown).toEqual([
      { what: `model units of ${NOVA}, commitment six-months`, lacks: 'price', budgeted: true },
    ]);
  });

  it('of a run that goes on with what another one has left is that of what it does itself', () => {
    const deploy = { to: 'bedrock-provisioned', modelUnits: 2, ttl: '8h' } as const;
    const of = (from: Known['from']) => costOf(specWith({ deploy }), prices, { splits, ...(from && { from }) });
    expect(of('evaluate').items).toEqual(of(undefined).items.slice(1));
    expect(of('deploy')).toMatchObject({ items: [{ by: 'model units', stage: 'deploy', hours: 8 }], usd: 1600 });
    expect(costOf(specWith(), NO_PRICES, { splits, from: 'deploy' }).items).toEqual([]);
  });

  it('has a throughput of the candidate alone, where nothing else answers its evaluation and another model serves', () => {
    const base = 'meta.llama3-1-8b-instruct-v1:0';
    const model = {
      perMillionTokens: { training: 1, input: 1, output: 1 },
      perModelUnitHour: { none: 24, 'one-month': 21 },
    };
    const llama: Prices = { ...NO_PRICES, bedrock: { models: { [base]: model } } };
    const unitsOf = (deploy: object, known: Known = {}) => {
      const spec = specWith({
        train: { engine: 'bedrock', base },
        evaluate: { maxRuntime: '2h' },
        deploy: { to: 'bedrock-provisioned', modelUnits: 2, ...deploy },
      });
      const { items } = costOf(spec, llama, { splits, ...known });
      // What is asked of model units bills nothing beside them.
      expect(items.some((item) => item.by === 'tokens' && item.who === 'candidate')).toBe(false);
      return items.flatMap((item) =>
        item.by === 'model units' ? [[item.stage, item.modelUnits, item.commitment, item.hours]] : [],
      );
    };
    expect(unitsOf({ ttl: '8h' }, { serves: false })).toEqual([['deploy', 2, 'none', 8]]);
    expect(unitsOf({ ttl: '8h' })).toEqual([
      ['evaluate', 2, 'none', 8],
      ['deploy', 2, 'none', 8],
    ]);
    expect(unitsOf({ commitment: 'one-month' }, { serves: false })).toEqual([
      ['evaluate', 1, 'none', 6],
      ['deploy', 2, 'one-month', 730],
    ]);
  });

  it('is not known before the data is read, nor of a way to customize that no sum bounds', () => {
    const unread = costOf(specWith(), prices);
    expect(unread.usd).toBeUndefined();
    expect(unread.unknown.map(({ what, lacks }) => [what, lacks])).toEqual([
      ['the training split', 'tokens'],
      ['the test split', 'tokens'],
    ]);
    const distillation = { teacher: 'amazon.nova-pro-v1:0' };
    const train = { engine: 'bedrock', base: NOVA, customization: 'distillation', distillation } as const;
    expect(costOf(specWith({ train }), prices, { splits }).unknown[0]).toMatchObject({
      what: `distillation of ${NOVA}`,
      lacks: 'price',
    });
  });

  it('follows from the prices of its own models alone', () => {
    const judge = { model: 'us.amazon.nova-pro-v1:0' };
    const spec = specWith({ evaluate: { judge } });
    const own = pricesFor(spec, prices);
    expect(Object.keys(own.bedrock?.models ?? {})).toEqual([NOVA, judge.model]);
    expect(costOf(spec, own, { splits })).toEqual(costOf(spec, prices, { splits }));
    expect(pricesFor(specWith(), prices).bedrock).not.toHaveProperty('perCustomModelUnit');
  });
});

describe('a budget of a run on Bedrock', () => {
  const problem = (budget: string, known: Known | undefined, parts: Partial<SpecInput> = {}) =>
    budgetProblem({ budget }, costOf(specWith(parts), prices, known));

  it('is held against the estimate once the data has been read, and tells the sums and what to lower', () => {
    expect(problem('0.62 USD', { splits })).toBeUndefined();
    expect(problem('0.61 USD', { splits })).toEqual({
      code: 'BudgetExceeded',
      message:
        'the run could cost 0.62 USD, more than its budget of 0.61 USD (train student by about 300k tokens: 0.60 USD; ' +
        'evaluate base by about 40k tokens: 0.01 USD; evaluate candidate by about 40k tokens: 0.01 USD)',
      fix: 'lower train.hyperparameters.epochCount, train on fewer rows, choose a smaller train.base, or raise budget',
    });
    expect(problem('0.01 USD', undefined)).toBeUndefined();
  });

  it('refuses at once what is known to pass it, and what nobody knows the price of', () => {
    const deploy = { to: 'bedrock-provisioned', modelUnits: 1, ttl: '8h' } as const;
    expect(problem('500 USD', undefined, { deploy })).toMatchObject({
      code: 'BudgetExceeded',
      fix: expect.stringContaining('deploy.ttl'),
    });
    const unpriced = budgetProblem({ budget: '9 USD' }, costOf(specWith(), NO_PRICES, { splits }));
    expect(unpriced).toMatchObject({ code: 'PriceUnknown', message: expect.stringContaining(`training of ${NOVA}`) });
  });
});

it('shows estimates with no more digits than they have', () => {
  expect([9.4, 944, 1000, 158_230, 999_499, 2_345_678].map(formatTokens)).toEqual([
    '9.4',
    '940',
    '1k',
    '160k',
    '1M',
    '2.3M',
  ]);
});

describe('a file of prices', () => {
  const list = (bedrock: object) =>
    parsePriceList(
      JSON.stringify({
        unit: 'USD per instance and hour',
        regions: { 'us-east-1': { sources: ['me'], bedrock: { sources: ['me'], ...bedrock } } },
      }),
    );

  it('of the user goes before the one that temper comes with, price by price', () => {
    const own = list({ models: { m: { perMillionTokens: { training: 1 } } } });
    const installed = list({
      asOf: '2026-10-01',
      models: { m: { perMillionTokens: { training: 9, input: 2 }, perModelMonth: 3 } },
      perCustomModelUnit: { minute: 1, month: 2 },
    });
    expect(regionPrices('us-east-1', [own, installed]).bedrock).toEqual({
      asOf: '2026-10-01',
      models: { m: { perMillionTokens: { training: 1, input: 2 }, perModelMonth: 3 } },
      perCustomModelUnit: { minute: 1, month: 2 },
    });
    expect(() => list({ models: { m: { perMillionTokens: { reading: 1 } } } })).toThrow(
      'regions.us-east-1.bedrock.models.m.perMillionTokens',
    );
  });

  it('that comes with temper knows what Nova Micro costs where it can be customized', () => {
    const text = readFileSync(new URL('../../spec/prices.json', import.meta.url), 'utf8');
    const spec = specWith({ train: { engine: 'bedrock', base: 'amazon.nova-micro-v1:0' } });
    expect(costOf(spec, regionPrices('us-east-1', [parsePriceList(text)]), { splits }).unknown).toEqual([]);
  });
});

describe('a champion that the other engine has made', () => {
  const gate = ['accuracy >= champion'];
  const onMachines: Partial<SpecInput> = {
    train: { engine: 'sagemaker', script: 'train.py', instance: 'ml.m5.large', maxRuntime: '1h' },
    deploy: { to: 'none' },
    evaluate: {},
  };
  const machines = { ...prices, training: { 'ml.m5.large': 0.1 }, transform: { 'ml.m5.large': 0.12 } };

  it('costs a run on Bedrock one transform job, and no questions to a custom model', () => {
    const { name, train, deploy } = specWith(onMachines);
    const champion = {
      name,
      train,
      deploy,
      evaluate: { by: 'transform', instance: 'ml.m5.large' },
    } as const;
    const { items, unknown } = costOf(specWith({ gate, evaluate: { maxTokens: 100, maxRuntime: '2h' } }), machines, {
      splits,
      champion,
    });
    expect(items.filter(({ who }) => who === 'champion')).toEqual([
      {
        by: 'machines',
        stage: 'evaluate',
        who: 'champion',
        instance: 'ml.m5.large',
        jobs: 1,
        instances: 1,
        maxSeconds: 7200,
        usd: expect.closeTo(0.24, 10),
      },
    ]);
    expect(unknown).toEqual([]);
  });

  it('costs a run on SageMaker its questions, or a throughput where its base has no deployments on demand', () => {
    const spec = specWith({ ...onMachines, gate });
    const { name, train, deploy } = specWith();
    const asked = { maxTokens: 100, temperature: 0, concurrency: 8 };
    const evaluate = { by: 'converse', ...asked } as const;
    const of = (champion: Known['champion']) => costOf(spec, machines, { splits, ...(champion && { champion }) }).items;
    expect(of({ name, train, deploy, evaluate })).toMatchObject([
      { by: 'machines', stage: 'train' },
      { by: 'machines', stage: 'evaluate', jobs: 1 },
      { by: 'tokens', who: 'champion', model: NOVA, tokens: { read: 20_000, written: 20_000 }, usd: 0.0076 },
    ]);
    const titan = specWith({
      train: { engine: 'bedrock', base: 'amazon.titan-text-express-v1' },
      deploy: { to: 'bedrock-provisioned', modelUnits: 1, ttl: '8h' },
    });
    expect(of({ ...titan, evaluate }).at(-1)).toMatchObject({
      by: 'model units',
      who: 'champion',
      modelUnits: 1,
      hours: 5,
    });
  });

  it('has its prices with a run whose rules ask for a champion', () => {
    expect(pricesFor(specWith({ gate }), machines).transform).toEqual(machines.transform);
    expect(pricesFor(specWith(), machines).transform).toEqual({});
  });
});
