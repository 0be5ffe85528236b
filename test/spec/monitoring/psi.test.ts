import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { referenceOf, Sorter, type Value } from '../../../spec/monitoring/bins.ts';
import { differs, stability } from '../../../spec/monitoring/psi.ts';
import fixture from '../fixtures/feature_engine_psi.json' with { type: 'json' };

/** Counts of both samples in the bins of the first. */
function counted(reference: readonly Value[], traffic: readonly Value[]): [readonly number[], number[]] {
  const made = referenceOf('feature', reference);
  if (typeof made === 'string') throw new Error(made);
  const sorter = new Sorter(made.bins);
  const counts = new Array<number>(sorter.bins).fill(0);
  for (const value of traffic) counts[sorter.binOf(value)] = (counts[sorter.binOf(value)] ?? 0) + 1;
  return [made.counts, counts];
}

describe(`the index is that of ${fixture.by}`, () => {
  it.each(fixture.numbers)('of numbers: $name, $psi', ({ reference, traffic, psi }) => {
    expect(stability(...counted(reference, traffic)).psi).toBeCloseTo(psi, 10);
  });

  it.each(fixture.categories)('of categories: $name, $psi', ({ reference, traffic, psi }) => {
    expect(stability(...counted([...reference], [...traffic])).psi).toBeCloseTo(psi, 10);
  });

  it.each(fixture.chance)('chance: $reference beside $traffic, p $p', ({ reference, traffic, p }) => {
    expect(differs(reference, traffic)).toBe(p < 0.001);
  });
});

describe('the index', () => {
  const counts = fc.array(fc.nat(1_000), { minLength: 2, maxLength: 12 }).filter((each) => each.some((n) => n > 0));

  it('of a sample beside itself is nothing, however often its rows are repeated', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 9 }), (sample, times) => {
        expect(
          stability(
            sample,
            sample.map((n) => n * times),
          ).psi,
        ).toBeCloseTo(0, 9);
      }),
    );
  });

  it('is never negative, and the same from either side', () => {
    fc.assert(
      fc.property(counts, counts, (one, other) => {
        const bins = Math.max(one.length, other.length);
        const [a, b] = [one, other].map((each) => Array.from({ length: bins }, (_, i) => each[i] ?? 0)) as [
          number[],
          number[],
        ];
        const { psi, parts } = stability(a, b);
        expect(psi).toBeGreaterThanOrEqual(0);
        expect(Math.min(...parts)).toBeGreaterThanOrEqual(0);
        expect(stability(b, a).psi).toBeCloseTo(psi, 9);
      }),
    );
  });

  it('does not depend on the order of the rows', () => {
    const value = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer(), fc.constant(undefined));
    fc.assert(
      fc.property(fc.array(value, { minLength: 20 }), fc.array(value, { minLength: 1 }), (reference, traffic) => {
        fc.pre(reference.some((each) => each !== undefined));
        const turned = stability(...counted([...reference].reverse(), [...traffic].reverse())).psi;
        expect(stability(...counted(reference, traffic)).psi).toBeCloseTo(turned, 9);
      }),
    );
  });
});

describe('bins', () => {
  const share = (reference: readonly Value[], traffic: readonly Value[]): number =>
    stability(...counted(reference, traffic)).psi;

  it('tell what is above from what nearly all rows have', () => {
    const zeros = [...new Array<number>(95).fill(0), ...Array.from({ length: 20 }, (_, i) => i / 100)];
    expect(share(zeros, zeros)).toBe(0);
    expect(share(zeros, [0.1, 0.2, 0.3])).toBeGreaterThan(1);
  });

  it('tell what differs from the one value of all rows, on either side', () => {
    const made = referenceOf('words', [7, 7, 7], 'numbers');
    if (typeof made === 'string') throw new Error(made);
    const sorter = new Sorter(made.bins);
    expect([6, 7, 8, undefined].map((value) => sorter.nameOf(sorter.binOf(value)))).toEqual([
      'below 7',
      'exactly 7',
      'above 7',
      'no number',
    ]);
  });

  it('count numbers that are written as text, and few of them as categories', () => {
    const many = Array.from({ length: 40 }, (_, i) => String(i));
    expect(referenceOf('age', many)).toMatchObject({ bins: { kind: 'numbers' } });
    expect(referenceOf('stars', ['1', '2', '3', '1'])).toMatchObject({
      bins: { kind: 'categories', frequent: ['1', '2', '3'] },
    });
  });

  it('keep rare categories together, so that many of them are no drift by chance', () => {
    const rare = Array.from({ length: 300 }, (_, i) => `city ${i % 60}`);
    const made = referenceOf('city', rare);
    expect(made).toMatchObject({ bins: { frequent: { length: 9 }, others: { length: 51 } } });
    if (typeof made === 'string') throw new Error(made);
    const sorter = new Sorter(made.bins);
    expect([sorter.isNew('city 59'), sorter.isNew('elsewhere'), sorter.isNew(undefined)]).toEqual([false, true, false]);
  });

  it('are not made of what no row has, nor of texts that are all different', () => {
    expect(referenceOf('language', [undefined, ''])).toBe('none of 2 rows of the reference has it');
    expect(
      referenceOf(
        'id',
        Array.from({ length: 6_000 }, (_, i) => `id-${i}`),
      ),
    ).toContain('more than 5000 values');
  });
});
