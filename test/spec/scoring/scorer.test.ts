import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Kind } from '../../../spec/data/examples.ts';
import type { Metric } from '../../../spec/metrics.ts';
import { type Answer, type ScoringOptions, scorerFor } from '../../../spec/scoring/scorer.ts';
import fixture from '../fixtures/scikit_learn_scores.json' with { type: 'json' };

function score(answers: readonly Answer[], kind: Kind = 'classification', options?: ScoringOptions) {
  const scorer = scorerFor(kind, options);
  for (const answer of answers) scorer.add(answer);
  return scorer.scores();
}

interface Case {
  readonly truth: readonly string[];
  readonly predicted: readonly string[];
  /** Of a language model: the labels there are. */
  readonly known?: readonly string[];
  readonly expected: {
    readonly metrics: Readonly<Record<string, number>>;
    readonly labels: readonly string[];
    readonly confusion: readonly (readonly number[])[];
  };
}

describe(`as scikit-learn ${fixture.scikitLearn} says`, () => {
  it.each<Case>(fixture.cases)('$name', ({ truth, predicted, known, expected }) => {
    const answers = truth.map((label, i) => ({ expected: label, prediction: predicted[i] ?? '' }));
    const scores = score(answers, 'classification', { labels: known });
    expect(scores.rows).toBe(truth.length);
    expect(scores.labels).toEqual(expected.labels);
    expect(scores.confusion).toEqual(expected.confusion);
    for (const [metric, value] of Object.entries(expected.metrics)) {
      expect(scores.metrics[metric as Metric], metric).toBeCloseTo(value, 12);
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
      expect(Object.keys(metrics)).toHaveLength(8);
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

it('counts an answer of a language model that is no label as wrong, and not as another label', () => {
  const answers = [
    { expected: 'good', prediction: 'Good.' },
    { expected: 'good', prediction: 'I would say good' },
    { expected: 'bad', prediction: '"bad"' },
  ];
  const { metrics, labels, confusion, unlabelled } = score(answers, 'classification', {
    labels: ['good', 'bad', 'unused'],
  });
  expect(labels).toEqual(['bad', 'good']);
  expect(confusion).toEqual([
    [1, 0],
    [0, 1],
  ]);
  expect(unlabelled).toEqual([0, 1]);
  expect(metrics).toMatchObject({ accuracy: 2 / 3, exact_match: 0, precision_micro: 1, recall_macro: 0.75 });
});

it('scores completions by their words, each row by itself', () => {
  const { rows, metrics, labels } = score(
    [
      { expected: 'The cat sat.', prediction: 'the cat sat' },
      { expected: 'the cat sat', prediction: 'a dog sat' },
      { expected: 'yes', prediction: '"no"' },
    ],
    'completion',
  );
  expect(rows).toBe(3);
  expect(metrics).toEqual({
    exact_match: 1 / 3,
    token_f1: (1 + 0.5 + 0) / 3,
    rouge_l: (1 + 1 / 3 + 0) / 3,
    bleu: 0,
    json_valid: 1 / 3,
  });
  expect(labels).toBeUndefined();
});

it('holds answers against a JSON schema where there is one', () => {
  const answers = ['{"n": 1}', '{"n": "1"}', 'n = 1', '```{"n": 1}```'].map((prediction) => ({
    expected: '{"n": 1}',
    prediction,
  }));
  const schema = { type: 'object', properties: { n: { type: 'number' } } };
  expect(score(answers, 'chat', { schema }).metrics).toMatchObject({ json_valid: 0.5, json_schema: 0.25 });
});

it('says of each row what it came to', () => {
  const answer = { expected: 'good', prediction: 'Good' };
  expect(scorerFor('classification').add(answer)).toEqual({ label: 'good', prediction: 'Good', ok: false });
  const labels = ['good', 'bad'];
  expect(scorerFor('classification', { labels }).add(answer)).toEqual({
    label: 'good',
    prediction: 'good',
    ok: true,
    exact_match: false,
  });
  expect(scorerFor('chat').add(answer)).toEqual({
    ...answer,
    exact_match: true,
    token_f1: 1,
    rouge_l: 1,
    json_valid: false,
  });
});
