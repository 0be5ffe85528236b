import { expect, it } from 'vitest';
import { mirrored, PairsOf, SpreadOf } from '../../../spec/scoring/judgement.ts';

it('gives the mean and the standard deviation of a sample', () => {
  const spread = new SpreadOf();
  expect(spread.spread).toBeUndefined();
  spread.add(0.2);
  expect(spread.spread).toEqual({ mean: 0.2, deviation: 0 });
  for (const value of [0.4, 0.4, 0.4, 0.5, 0.5, 0.7, 0.9]) spread.add(value);
  expect(spread.spread?.mean).toBeCloseTo(0.5, 12);
  expect(spread.spread?.deviation).toBeCloseTo(Math.sqrt(0.32 / 7), 12);
});

it('counts a pair by both of its orders, and where the order decided', () => {
  const pairs = new PairsOf();
  expect(pairs.pairs).toBeUndefined();
  pairs.add('A', 'B'); // the candidate, both times
  pairs.add('A', 'tie'); // the candidate once, and no worse
  pairs.add('A', 'A'); // whoever comes first
  pairs.add('tie', 'tie');
  pairs.add('B', 'A'); // the base, both times
  expect(pairs.pairs).toEqual({
    wins: 2,
    ties: 2,
    losses: 1,
    winRate: { mean: 0.55, deviation: expect.closeTo(0.3708, 4) },
    disagreement: 0.2,
  });
  expect(pairs.pairs && mirrored(pairs.pairs)).toMatchObject({
    wins: 1,
    ties: 2,
    losses: 2,
    winRate: { mean: expect.closeTo(0.45, 12) },
  });
});
