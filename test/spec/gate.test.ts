import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateGate, parseRule, undecidable } from '../../spec/gate.ts';
import { type Scores, scorerFor } from '../../spec/scoring/scorer.ts';

/** Scores of a hundred rows, so many of which are right. */
function rightIn100(right: number): Scores {
  const scorer = scorerFor('classification');
  for (let i = 0; i < 100; i += 1) scorer.add({ expected: 'a', prediction: i < right ? 'a' : 'b' });
  return scorer.scores();
}

describe('parseRule', () => {
  it.each([
    ['accuracy >= 0.70', { metric: 'accuracy', operator: '>=', offset: 0.7 }],
    ['  f1_macro>0.5 ', { metric: 'f1_macro', operator: '>', offset: 0.5 }],
    ['accuracy >= base', { metric: 'accuracy', operator: '>=', relativeTo: 'base', offset: 0 }],
    ['accuracy >= base + 0.05', { metric: 'accuracy', operator: '>=', relativeTo: 'base', offset: 0.05 }],
    ['recall_macro >= base-0.01', { metric: 'recall_macro', operator: '>=', relativeTo: 'base', offset: -0.01 }],
    ['accuracy >= champion', { metric: 'accuracy', operator: '>=', relativeTo: 'champion', offset: 0 }],
    ['f1_macro >= champion + 0.01', { metric: 'f1_macro', operator: '>=', relativeTo: 'champion', offset: 0.01 }],
    ['exact_match == 1', { metric: 'exact_match', operator: '==', offset: 1 }],
  ])('reads %s', (text, rule) => {
    expect(parseRule(text)).toEqual(rule);
  });

  it.each([
    ['', 'not a gate rule: ""'],
    ['accuracy', 'not a gate rule'],
    ['accuracy => 0.7', 'not a gate rule'],
    ['accuracy >= winner', 'not a gate rule'],
    ['accuracy >= 0.7 + base', 'not a gate rule'],
    ['accuracy >= base + 5 %', 'not a gate rule'],
    ['blue >= 0.5', 'unknown metric "blue" in "blue >= 0.5"; known: accuracy'],
  ])('refuses %j', (text, message) => {
    expect(() => parseRule(text)).toThrow(message);
    expect(() => parseRule(text)).toThrow(RangeError);
  });
});

describe('evaluateGate', () => {
  it('passes when all rules hold, and gives the reason for each', () => {
    const rules = ['accuracy >= 0.70', 'accuracy >= base + 0.05'];
    expect(evaluateGate(rules, { base: rightIn100(62), candidate: rightIn100(76) })).toEqual({
      passed: true,
      rules: [
        {
          rule: 'accuracy >= 0.70',
          passed: true,
          value: 0.76,
          threshold: 0.7,
          reason: 'accuracy 0.7600 is >= 0.7000',
        },
        {
          rule: 'accuracy >= base + 0.05',
          passed: true,
          value: 0.76,
          threshold: expect.closeTo(0.67, 12),
          reason: 'accuracy 0.7600 is >= 0.6700 (base 0.6200)',
        },
      ],
    });
  });

  it('does not pass when one rule fails, and still judges the others', () => {
    const verdict = evaluateGate(['accuracy >= 0.9', 'accuracy >= 0.5'], { candidate: rightIn100(76) });
    expect(verdict.passed).toBe(false);
    expect(verdict.rules.map(({ passed }) => passed)).toEqual([false, true]);
    expect(verdict.rules[0]?.reason).toBe('accuracy 0.7600 is not >= 0.9000');
  });

  it('passes without rules', () => {
    expect(evaluateGate([], { candidate: rightIn100(0) })).toEqual({ passed: true, rules: [] });
  });

  it('takes equal scores for equal, however they were added up', () => {
    // 0.55 + 0.05 is 0.6000000000000001 in floating point.
    const scores = { base: rightIn100(55), candidate: rightIn100(60) };
    const passed = (rule: string): boolean => evaluateGate([rule], scores).passed;
    expect(passed('accuracy >= base + 0.05')).toBe(true);
    expect(passed('accuracy <= base + 0.05')).toBe(true);
    expect(passed('accuracy == base + 0.05')).toBe(true);
    expect(passed('accuracy > base + 0.05')).toBe(false);
    expect(passed('accuracy < base + 0.05')).toBe(false);
  });

  it('throws where there is no base to compare with', () => {
    expect(() => evaluateGate(['accuracy >= base'], { candidate: rightIn100(76) })).toThrow(
      new RangeError('accuracy >= base: there is no base to compare with'),
    );
  });

  // As JSON has it between the steps of a run; NaN, where it comes there as it is.
  it.each([null, Number.NaN, Number.POSITIVE_INFINITY])('does not pass for a score that is %s', (accuracy) => {
    const { rows, metrics } = rightIn100(50);
    const broken = { rows, metrics: { ...metrics, accuracy: accuracy as number } };
    for (const operator of ['>=', '<=', '>', '<', '==']) {
      const verdict = evaluateGate([`accuracy ${operator} 0`], { candidate: broken });
      expect(verdict).toMatchObject({ passed: false, rules: [{ reason: `accuracy NaN is not ${operator} 0.0000` }] });
      expect(evaluateGate([`accuracy ${operator} base`], { base: broken, candidate: rightIn100(50) }).passed).toBe(
        false,
      );
    }
  });

  describe('relative to the champion', () => {
    const candidate = rightIn100(76);
    const interval = { difference: 0.05, lower: 0.012, upper: 0.09, confidence: 0.95, differing: 20 };
    const comparison = { metric: 'accuracy', rows: 100, candidate: 0.76, champion: 0.71, interval } as const;
    const judged = (rule: string, changed: object = {}) =>
      evaluateGate([rule], { candidate, comparisons: [{ ...comparison, interval: { ...interval, ...changed } }] });

    it('holds where the bound of the difference clears the margin, and tells difference, bound and rows', () => {
      expect(judged('accuracy >= champion + 0.01')).toEqual({
        passed: true,
        rules: [
          {
            rule: 'accuracy >= champion + 0.01',
            passed: true,
            value: 0.76,
            threshold: expect.closeTo(0.72, 12),
            interval,
            rows: 100,
            reason:
              'accuracy 0.7600 is >= 0.7200 (champion 0.7100) with 95 % confidence: the difference +0.0500 is at least +0.0120, of 100 rows',
          },
        ],
      });
    });

    it('does not hold where only the difference clears it, or the bound just reaches it', () => {
      expect(judged('accuracy >= champion + 0.02').passed).toBe(false);
      expect(judged('accuracy >= champion + 0.012').passed).toBe(false);
      expect(judged('accuracy >= champion', { lower: 0 }).passed).toBe(false);
      expect(judged('accuracy <= champion + 0.08').passed).toBe(false);
      expect(judged('accuracy <= champion + 0.1').passed).toBe(true);
    });

    it('holds for the same answers', () => {
      const same = { difference: 0, lower: 0, upper: 0, differing: 0 };
      expect(judged('accuracy >= champion', same).rules[0]?.reason).toContain('no row differs');
      expect(judged('accuracy >= champion', same).passed).toBe(true);
      expect(judged('accuracy > champion', same).passed).toBe(false);
    });

    it('holds where there is none yet, and does not where it is gone', () => {
      const rules = [
        'accuracy >= champion + 0.01',
        { rule: 'accuracy >= champion', per: 'language' },
        'accuracy >= 0.7',
      ];
      const none = evaluateGate(rules, { candidate, noChampion: { yet: true } });
      expect(none.passed).toBe(true);
      expect(none.rules[0]?.reason).toBe('accuracy 0.7600 is held against nothing: there is no champion yet');
      const gone = evaluateGate(rules, { candidate, noChampion: { gone: 'its artifact s3://b/k was deleted' } });
      expect(gone.rules.map(({ passed }) => passed)).toEqual([false, false, true]);
      expect(gone.rules[0]?.reason).toBe(
        'accuracy 0.7600 cannot be held against the champion, as its artifact s3://b/k was deleted; drop the rule to hand a model over without',
      );
    });

    it('throws where it was not compared', () => {
      expect(() => evaluateGate(['accuracy >= champion'], { candidate })).toThrow(
        new RangeError('accuracy >= champion: there is no champion to compare with'),
      );
    });
  });

  it.each([
    ['judge_score >= champion', undefined],
    ['bedrock_accuracy >= 0.7', 'language'],
  ])('cannot decide on %s by rows', (text, per) => {
    expect(undecidable(parseRule(text), per)).toMatch(/is not told of each row, so that it cannot be compared/);
  });

  it('holds each value of a field by itself', () => {
    const of = (value: string, accuracy: number) =>
      ({ metric: 'accuracy', slice: { field: 'language', value }, rows: 50, candidate: accuracy, base: 0.6 }) as const;
    const comparisons = [of('de', 0.8), of('', 0.5)];
    const rule = { rule: 'accuracy >= 0.7', per: 'language' };
    const { passed, rules } = evaluateGate([rule], { candidate: rightIn100(76), comparisons });
    expect(passed).toBe(false);
    expect(rules.map(({ reason }) => reason)).toEqual([
      'language de: accuracy 0.8000 is >= 0.7000, of 50 rows',
      'language not given: accuracy 0.5000 is not >= 0.7000, of 50 rows',
    ]);
    expect(rules[0]?.slice).toEqual({ field: 'language', value: 'de' });
  });

  const percent = fc.integer({ min: 0, max: 100 });

  it('never lets a better candidate fail where a worse one passes', () => {
    fc.assert(
      fc.property(percent, percent, percent, fc.integer({ min: 0, max: 20 }), (base, one, other, margin) => {
        const rules = [`accuracy >= base + ${margin / 100}`, 'accuracy > 0.5'];
        const passes = (right: number): boolean =>
          evaluateGate(rules, { base: rightIn100(base), candidate: rightIn100(right) }).passed;
        const [worse, better] = [Math.min(one, other), Math.max(one, other)];
        if (passes(worse)) expect(passes(better)).toBe(true);
      }),
    );
  });

  it('is exactly one of greater, equal and less', () => {
    fc.assert(
      fc.property(percent, percent, (base, candidate) => {
        const scores = { base: rightIn100(base), candidate: rightIn100(candidate) };
        const holding = ['>', '==', '<'].filter(
          (operator) => evaluateGate([`accuracy ${operator} base`], scores).passed,
        );
        expect(holding).toEqual([candidate > base ? '>' : candidate === base ? '==' : '<']);
      }),
    );
  });
});
