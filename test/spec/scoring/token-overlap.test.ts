import fc from 'fast-check';
import { expect, it } from 'vitest';
import { overlapOf } from '../../../spec/scoring/token-overlap.ts';
import cases from '../fixtures/squad_scores.json' with { type: 'json' };

it.each(cases)("is as SQuAD's script says: $gold, $answer", ({ gold, answer, exact, f1 }) => {
  const overlap = overlapOf(gold, answer);
  expect(overlap.exact).toBe(exact === 1);
  expect(overlap.f1).toBeCloseTo(f1, 12);
});

it('is between 0 and 1, the same both ways, and 1 for the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (a, b) => {
      const { exact, f1 } = overlapOf(a, b);
      expect(f1).toBeGreaterThanOrEqual(0);
      expect(f1).toBeLessThanOrEqual(1);
      expect(overlapOf(b, a)).toEqual({ exact, f1 });
      expect(overlapOf(a, a)).toEqual({ exact: true, f1: 1 });
    }),
  );
});
