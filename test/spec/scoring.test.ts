import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kind } from '../../spec/data/examples.ts';
import { type Answer, METRICS_OF, scorerFor } from '../../spec/scoring.ts';
import fixture from './fixtures/scikit_learn_scores.json' with { type: 'json' };

function score(answers: readonly Answer[], kind: Kind = 'classification') {
  const scorer = scorerFor(kind);
  for (const answer of answers) scorer.add(answer);
  return scorer.scores();
}

describe(`as scikit-learn ${fixture.scikitLearn} says`, () => {
  it.each(fixture.cases)('$name', ({ truth, predicted, expected }) => {
    const scores = score(truth.map((label, i) => ({ expected: label, prediction: predicted[i] ?? '' })));
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
    { expected: 'yes', prediction: ' yes\n' },
    { expected: 'no', prediction: 'No' },
  ]);
  expect(metrics.exact_match).toBe(0.5);
  expect(metrics.accuracy).toBe(0);
});

it('says nothing of nothing', () => {
  expect(() => score([])).toThrow(new RangeError('no rows to score'));
});

const answers = fc.array(
  fc.record({ expected: fc.constantFrom('a', 'b', 'c'), prediction: fc.constantFrom('a', 'b', 'd') }),
  {
    minLength: 1,
  },
);

it('gives every metric between 0 and 1, and a matrix that counts each row once', () => {
  fc.assert(
    fc.property(answers, (rows) => {
      const { metrics, confusion } = score(rows);
      expect(Object.keys(metrics).sort()).toEqual([...METRICS_OF.classification].sort());
      for (const value of Object.values(metrics)) {
        expect(value).toBeGreaterThanOrEqual(0);
        expect(value).toBeLessThanOrEqual(1);
      }
      expect(confusion?.flat().reduce((sum, count) => sum + count, 0)).toBe(rows.length);
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

it('scores completions by their words, each row by itself', () => {
  const { rows, metrics, labels } = score(
    [
      { expected: 'The cat sat.', prediction: 'the cat sat' },
      { expected: 'the cat sat', prediction: 'a dog sat' },
      { expected: 'yes', prediction: 'no' },
    ],
    'completion',
  );
  expect(rows).toBe(3);
  expect(metrics).toEqual({ exact_match: 1 / 3, token_f1: (1 + 0.5 + 0) / 3 });
  expect(labels).toBeUndefined();
});

it('says of each row what it came to', () => {
  const answer = { expected: 'good', prediction: 'Good' };
  expect(scorerFor('classification').add(answer)).toEqual({ label: 'good', prediction: 'Good', ok: false });
  expect(scorerFor('chat').add(answer)).toEqual({ ...answer, exact_match: true, token_f1: 1 });
});
