import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bleu } from '../../../spec/scoring/bleu.ts';
import { rougeL } from '../../../spec/scoring/rouge-l.ts';
import fixture from '../fixtures/text_scores.json' with { type: 'json' };

function bleu(pairs: readonly { readonly gold: string; readonly answer: string }[]): number {
  const scorer = new Bleu();
  for (const { gold, answer } of pairs) scorer.add(gold, answer);
  return scorer.score();
}

describe(`ROUGE-L as rouge-score ${fixture.rougeScore} says, BLEU as sacrebleu ${fixture.sacrebleu} does, from 0 to 1`, () => {
  it.each(fixture.cases)('$gold, $answer', (pair) => {
    expect(rougeL(pair.gold, pair.answer)).toBeCloseTo(pair.rougeL, 12);
    expect(bleu([pair])).toBeCloseTo(pair.bleu / 100, 12);
  });

  it('all of them as one test split', () => {
    expect(bleu(fixture.cases)).toBeCloseTo(fixture.bleu / 100, 12);
  });
});

it('is between 0 and 1', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (gold, answer) => {
      for (const score of [rougeL(gold, answer), bleu([{ gold, answer }])]) {
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
      }
    }),
  );
});
