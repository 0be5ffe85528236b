import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normalise } from '../../spec/data/examples.ts';
import { type Row, type SplitOptions, type SplitResult, splitRows } from '../../spec/data/split.ts';

it('takes texts for the same that differ in case, spacing or Unicode form only', () => {
  expect(normalise('  Caf\u00e9\n  NOIR ')).toBe(normalise('cafe\u0301 noir'));
  expect(normalise('good')).not.toBe(normalise('good!'));
});

const label = fc.constantFrom('a', 'b', 'c');
const row = fc.record({ text: fc.string({ minLength: 1, unit: 'grapheme' }), label });
const distinctRows = fc.uniqueArray(row, { selector: ({ text }) => normalise(text), maxLength: 80 });
const options = fc
  .record({
    test: fc.double({ min: 0, max: 0.9, noNaN: true }),
    validation: fc.double({ min: 0, max: 0.9, noNaN: true }),
    seed: fc.nat(),
  })
  .filter(({ test, validation }) => test + validation < 1);

/** All steps of it at once. */
function split(rows: readonly Row[], shares: SplitOptions): SplitResult {
  const steps = splitRows(rows, shares);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}

const all = (result: SplitResult): Row[] => Object.values(result.splits).flat();
const countOf = (rows: readonly Row[], wanted: string): number => rows.filter((r) => r.label === wanted).length;

describe('splitRows', () => {
  it('puts every distinct row into exactly one split', () => {
    fc.assert(
      fc.property(distinctRows, options, (rows, shares) => {
        const result = split(rows, shares);
        expect(result.duplicates).toBe(0);
        expect(new Set(all(result))).toEqual(new Set(rows));
        expect(all(result)).toHaveLength(rows.length);
      }),
    );
  });

  it('never has the same text on two sides, and counts what it left out', () => {
    const variants = fc.array(
      fc.record({ text: fc.constantFrom('Good', 'good ', 'GOOD', 'bad', ' Bad', 'so  so', 'so so'), label }),
    );
    fc.assert(
      fc.property(variants, options, (rows, shares) => {
        const result = split(rows, shares);
        const texts = all(result).map(({ text }) => normalise(text));
        expect(new Set(texts).size).toBe(texts.length);
        expect(texts.length + result.duplicates).toBe(rows.length);
      }),
    );
  });

  it('divides each label like the whole, within one row, and leaves each one a row to train on', () => {
    fc.assert(
      fc.property(distinctRows, options, (rows, shares) => {
        const { splits } = split(rows, shares);
        for (const name of ['a', 'b', 'c']) {
          const size = countOf(rows, name);
          expect(Math.abs(countOf(splits.test, name) - size * shares.test)).toBeLessThanOrEqual(1);
          expect(Math.abs(countOf(splits.validation, name) - size * shares.validation)).toBeLessThanOrEqual(1);
          if (size > 0) expect(countOf(splits.train, name)).toBeGreaterThan(0);
        }
      }),
    );
  });

  it('does not depend on the order of the rows', () => {
    const shuffled = distinctRows.chain((rows) =>
      fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
    );
    fc.assert(
      fc.property(shuffled, options, ([rows, others], shares) => {
        expect(split(others, shares)).toEqual(split(rows, shares));
      }),
    );
  });

  const numbered = (count: number): Row[] =>
    Array.from({ length: count }, (_, i) => ({ text: `sentence ${i}`, label: i % 4 === 0 ? 'rare' : 'common' }));

  it('keeps the totals right where no label divides evenly', () => {
    const { splits } = split(numbered(37), { test: 0.2, validation: 0.1, seed: 1 });
    expect([splits.train.length, splits.validation.length, splits.test.length]).toEqual([26, 4, 7]);
  });

  it('keeps the rows of a seed where they are, on every machine and in every version', () => {
    const { splits } = split(numbered(10), { test: 0.3, validation: 0, seed: 7 });
    expect(splits.test.map(({ text }) => text)).toEqual(['sentence 4', 'sentence 3', 'sentence 1']);
    expect(split(numbered(10), { test: 0.3, validation: 0, seed: 8 }).splits.test).not.toEqual(splits.test);
  });

  it('keeps the first of a text with two labels, and counts the conflict', () => {
    const rows = [
      { text: 'Fine', label: 'good' },
      { text: 'fine', label: 'bad' },
      { text: 'fine ', label: 'good' },
      { text: 'FINE', label: 'bad' },
    ];
    expect(split(rows, { test: 0, validation: 0, seed: 0 })).toEqual({
      splits: { train: [{ text: 'Fine', label: 'good' }], validation: [], test: [] },
      duplicates: 3,
      conflicts: 1,
    });
  });
});
