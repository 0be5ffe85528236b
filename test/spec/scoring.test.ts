import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { METRICS, score } from '../../spec/scoring.ts';
import fixture from './fixtures/scikit_learn_scores.json' with { type: 'json' };

describe(`as scikit-learn ${fixture.scikitLearn} says`, () => {
  it.each(fixture.cases)('$name', ({ truth, predicted, expected }) => {
    const scores = score(truth.map((label, i) => ({ label, prediction: predicted[i] ?? '' })));
    expect(scores.rows).toBe(truth.length);
    expect(scores.labels).toEqual(expected.labels);
    expect(scores.confusion).toEqual(expected.confusion);
    for (const [metric, value] of Object.entries(expected.metrics)) {
      expect(scores.metrics[metric as keyof typeof expected.metrics], metric).toBeCloseTo(value, 12);
    }
  });
});

it('counts an answer as exact whatever white space is around it', () => {
  const { metrics } = score([
    { label: 'yes', prediction: ' yes\n' },
    { label: 'no', prediction: 'No' },
  ]);
  expect(metrics.exact_match).toBe(0.5);
  expect(metrics.accuracy).toBe(0);
});

it('says nothing of nothing', () => {
  expect(() => score([])).toThrow(new RangeError('no rows to score'));
});

const answers = fc.array(
  fc.record({ label: fc.constantFrom('a', 'b', 'c'), prediction: fc.constantFrom('a', 'b', 'd') }),
  {
    minLength: 1,
  },
);

it('gives every metric between 0 and 1, and a matrix that counts each row once', () => {
  fc.assert(
    fc.property(answers, (rows) => {
      const { metrics, confusion } = score(rows);
      expect(Object.keys(metrics).sort()).toEqual([...METRICS].sort());
      for (const value of Object.values(metrics)) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      expect(confusion.flat().reduce((sum, count) => sum + count, 0)).toBe(rows.length);
    }),
  );
});

it('does not depend on the order of the rows', () => {
  fc.assert(
    fc.property(answers, (rows) => {
      expect(score([...rows].reverse())).toEqual(score(rows));
    }),
  );
});
