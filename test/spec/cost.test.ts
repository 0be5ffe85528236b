import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { budgetProblem, budgetUsd, formatUsd } from '../../spec/cost/budget.ts';
import { costOf, pricesFor } from '../../spec/cost/cost.ts';
import { parsePriceList, regionPrices } from '../../spec/cost/price-list.ts';
import { NO_PRICES, type Prices } from '../../spec/cost/prices.ts';
import { type SpecInput, specSchema } from '../../spec/spec.ts';

const prices: Prices = {
  training: { 'ml.g5.xlarge': 1.408, 'ml.m5.large': 0.115 },
  transform: { 'ml.m5.large': 0.115 },
  hosting: { 'ml.m5.large': 0.115 },
};

function specWith(parts: Partial<SpecInput> = {}) {
  return specSchema.parse({
    name: 'reviews',
    data: { source: 'data.jsonl' },
    train: {
      engine: 'sagemaker',
      script: 'train.py',
      base: 'run:movie-reviews',
      instance: 'ml.g5.xlarge',
      instanceCount: 2,
      maxRuntime: '90m',
    },
    evaluate: { maxRuntime: '30m' },
    deploy: { to: 'sagemaker-endpoint', instanceCount: 3 },
    ...parts,
  });
}

describe('the most that a run can cost', () => {
  it('is each job on each of its machines for as long as it may take, base and candidate both evaluated', () => {
    const { items, usd, serving, unknown } = costOf(specWith(), prices);
    expect(items).toEqual([
      {
        by: 'machines',
        stage: 'train',
        instance: 'ml.g5.xlarge',
        jobs: 1,
        instances: 2,
        maxSeconds: 5400,
        usd: 2 * 1.5 * 1.408,
      },
      {
        by: 'machines',
        stage: 'evaluate',
        instance: 'ml.m5.large',
        jobs: 2,
        instances: 1,
        maxSeconds: 1800,
        usd: 2 * 0.5 * 0.115,
      },
    ]);
    expect(usd).toBeCloseTo(4.224 + 0.115, 10);
    expect(serving).toEqual({
      to: 'sagemaker-endpoint',
      instance: 'ml.m5.large',
      instances: 3,
      usdPerHour: 0.115 * 3,
    });
    expect(unknown).toEqual([]);
  });

  it('has one evaluation where there is no base, none where nothing is evaluated, and no endpoint', () => {
    const train = { engine: 'sagemaker' as const, script: 'train.py' };
    expect(costOf(specWith({ train }), prices).items[1]).toMatchObject({ jobs: 1 });
    const gate = ['accuracy >= champion + 0.01'];
    expect(costOf(specWith({ train, gate }), prices).items[1]).toMatchObject({ jobs: 2 });
    const alone = costOf(specWith({ train, evaluate: undefined, deploy: { to: 'none' } }), prices);
    expect(alone.items).toHaveLength(1);
    expect(alone.serving).toBeUndefined();
  });

  it('of a run that goes on with what another one has left is that of what it does itself', () => {
    expect(costOf(specWith(), prices, { from: 'evaluate' }).usd).toBeCloseTo(0.115, 10);
    expect(costOf(specWith(), { ...prices, training: {} }, { from: 'evaluate' }).unknown).toEqual([]);
    expect(costOf(specWith(), prices, { from: 'deploy' })).toMatchObject({ items: [], usd: 0 });
  });

  it('is that of the dearest of several types, with what earlier tries have billed', () => {
    const train = {
      engine: 'sagemaker' as const,
      script: 'train.py',
      instance: ['ml.m5.large', 'ml.g5.xlarge'],
    };
    const spec = specWith({ train, evaluate: undefined });
    expect(costOf(spec, prices)).toMatchObject({ usd: 1.408, items: [{ instance: 'ml.g5.xlarge' }] });
    expect(costOf(spec, prices, { tried: [{ instance: 'ml.m5.large', billedSeconds: 360 }] }).usd).toBeCloseTo(
      1.4195,
      10,
    );
    expect(costOf(spec, { ...prices, training: { 'ml.g5.xlarge': 1.408 } }).usd).toBeUndefined();
  });

  it('follows from the prices of its own machines alone', () => {
    const own = pricesFor(specWith(), prices);
    expect(own.training).toEqual({ 'ml.g5.xlarge': 1.408 });
    expect(costOf(specWith(), own)).toEqual(costOf(specWith(), prices));
  });

  it('is not known where a price is not, and says of what', () => {
    const { usd, serving, unknown } = costOf(specWith(), { ...prices, transform: {}, hosting: {} });
    expect([usd, serving]).toEqual([undefined, { to: 'sagemaker-endpoint', instance: 'ml.m5.large', instances: 3 }]);
    expect(unknown).toEqual([
      { what: 'ml.m5.large (transform)', lacks: 'price', budgeted: true },
      { what: 'ml.m5.large (hosting)', lacks: 'price', budgeted: false },
    ]);
  });
});

describe('a budget', () => {
  const cost = costOf(specWith(), prices);

  it('refuses what could pass it, with the sum and what to lower', () => {
    const problem = budgetProblem({ budget: '4.33 USD' }, cost);
    expect(problem?.code).toBe('BudgetExceeded');
    expect(problem?.message).toBe(
      'the run could cost 4.34 USD, more than its budget of 4.33 USD ' +
        '(train 2 × ml.g5.xlarge for 1h 30m: 4.23 USD; evaluate 2 × ml.m5.large for 30m: 0.12 USD)',
    );
    expect(problem?.fix).toContain('train.maxRuntime');
  });

  it('lets through what cannot, and what has none', () => {
    expect(budgetProblem({ budget: '4.34 USD' }, cost)).toBeUndefined();
    expect(budgetProblem({}, costOf(specWith(), NO_PRICES))).toBeUndefined();
  });

  it('refuses what nobody knows the price of; the endpoint is not part of it', () => {
    const problem = budgetProblem({ budget: '99 USD' }, costOf(specWith(), { ...prices, transform: {} }));
    expect(problem?.code).toBe('PriceUnknown');
    expect(problem?.message).toContain('ml.m5.large (transform)');
    expect(budgetProblem({ budget: '99 USD' }, costOf(specWith(), { ...prices, hosting: {} }))).toBeUndefined();
  });

  it('is written as 25 USD', () => {
    expect([budgetUsd('25 USD'), budgetUsd('0.50 USD')]).toEqual([25, 0.5]);
    expect(() => budgetUsd('25')).toThrow('not a budget: "25"; write it as 25 USD');
    for (const budget of ['25', '25 EUR', '25USD', '-1 USD', '1.234 USD']) {
      expect(specSchema.safeParse({ ...specWith(), budget }).success, budget).toBe(false);
    }
  });
});

it('shows amounts rounded up to cents', () => {
  expect([0.345, 0.1 + 0.2, 1234.5, 0, 0.0001].map(formatUsd)).toEqual(['0.35', '0.30', '1,234.50', '0.00', '0.01']);
});

describe('a file of prices', () => {
  const list = (training: Record<string, number>, asOf?: string) =>
    parsePriceList(
      JSON.stringify({
        unit: 'USD per instance and hour',
        regions: { 'us-east-1': { ...(asOf && { asOf }), sources: ['me'], training } },
      }),
    );

  it('of the user goes before the one that temper comes with', () => {
    const own = list({ 'ml.a.large': 1 }, '2026-11-01');
    const installed = list({ 'ml.a.large': 2, 'ml.b.large': 3 }, '2026-10-01');
    expect(regionPrices('us-east-1', [own, installed])).toEqual({
      asOf: '2026-10-01',
      training: { 'ml.a.large': 1, 'ml.b.large': 3 },
      transform: {},
      hosting: {},
    });
    expect(regionPrices('eu-west-1', [own])).toEqual(NO_PRICES);
  });

  it('is told what is wrong with it', () => {
    expect(() => parsePriceList('{')).toThrow(/^not JSON: /);
    expect(() => parsePriceList('{"unit":"EUR"}')).toThrow(/^unit: /);
  });

  describe('that comes with temper', () => {
    const text = readFileSync(new URL('../../spec/prices.json', import.meta.url), 'utf8');
    const { regions } = parsePriceList(text);

    it('tells of each source how it knows, and of each region the oldest day', () => {
      expect(Object.keys(regions)).toEqual([...Object.keys(regions)].sort());
      const parts = Object.entries(regions).flatMap(([region, { bedrock, ...machines }]) => [
        [region, machines] as const,
        ...(bedrock ? [[`${region}, bedrock`, bedrock] as const] : []),
      ]);
      for (const [region, { asOf, sources }] of parts) {
        const days = sources.map((source) => {
          const said = /^(?:price list of|pricing page of|bill of|quoted on) (no stated day|\d{4}-\d{2}-\d{2}): /.exec(
            source,
          );
          expect(said, `${region}: ${source}`).not.toBeNull();
          return said?.[1] ?? '';
        });
        expect(asOf, region).toBe(days.includes('no stated day') ? undefined : days.sort()[0]);
      }
    });

    it.each([
      'examples/movie-reviews',
      'examples/product-reviews',
      'templates/bedrock',
      'templates/chat',
      'templates/classification',
      'templates/scratch',
    ])('knows what a run of %s can cost in us-east-1', (directory) => {
      const file = new URL(`../../${directory}/temper.yaml`, import.meta.url);
      const spec = specSchema.parse(parseYaml(readFileSync(file, 'utf8')));
      const { unknown } = costOf(spec, regionPrices('us-east-1', [{ unit: 'USD per instance and hour', regions }]));
      // How many tokens there are is known once the data has been read.
      expect(unknown.filter(({ lacks }) => lacks === 'price')).toEqual([]);
    });
  });
});
