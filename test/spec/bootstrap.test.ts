import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BootstrapOptions,
  type Bounds,
  compare,
  type Difference,
  estimate,
  leastDiffering,
} from '../../spec/bootstrap.ts';
import { evaluateGate } from '../../spec/gate.ts';
import type { Metric } from '../../spec/metrics.ts';
import { rowScores } from '../../spec/scoring/row-scores.ts';
import { scorerFor } from '../../spec/scoring/scorer.ts';
import fixture from './fixtures/scipy_bootstrap.json' with { type: 'json' };

const allOf = (count: number): Uint32Array => Uint32Array.from({ length: count }, (_, row) => row);

/** Two models by what they said of rows with labels. */
function compared(
  metric: Metric,
  labels: readonly string[],
  [candidate, champion]: readonly [readonly string[], readonly string[]],
  options: BootstrapOptions,
): Difference {
  const [one, other] = [candidate, champion].map((answers) => {
    const scores = rowScores(metric);
    for (const [row, prediction] of answers.entries()) {
      const label = labels[row] ?? '';
      scores.add({ label, prediction, ok: label === prediction });
    }
    return scores;
  }) as [ReturnType<typeof rowScores>, ReturnType<typeof rowScores>];
  return atOnce(compare(one, other, allOf(labels.length), options));
}

function atOnce<T>(work: Generator<undefined, T>): T {
  for (;;) {
    const { value, done } = work.next();
    if (done) return value;
  }
}

/** Of one model; rows of a group are next to one another. */
function estimated(
  metric: Metric,
  { labels, answers, sizes }: { labels: string; answers: string; sizes: readonly number[] },
  options: BootstrapOptions,
): Bounds {
  const scores = rowScores(metric);
  for (const [row, prediction] of [...answers].entries()) {
    scores.add({ label: labels[row] ?? '', prediction, ok: labels[row] === prediction });
  }
  let next = 0;
  const groups = sizes.map((size) => Array.from({ length: size }, () => next++));
  return atOnce(estimate(scores, groups, options));
}

describe(`bounds are those of scipy.stats.bootstrap (${fixture.by})`, () => {
  it.each(fixture.cases)('$metric at $confidence: $difference', (given) => {
    const { metric, confidence, labels, candidate, champion, difference, lower, upper, error } = given;
    const found = compared(metric as Metric, [...labels], [[...candidate], [...champion]], { confidence, seed: 'x' });
    expect(found.difference).toBeCloseTo(difference, 12);
    // Both draw by chance: of 2,000 draws, a bound at 99 % lies within a sixth of the standard error, hardly ever beyond.
    expect(Math.abs(found.lower - lower)).toBeLessThan(0.3 * error);
    expect(Math.abs(found.upper - upper)).toBeLessThan(0.3 * error);
  });
});

describe(`bounds of a score are those of scipy.stats.bootstrap (${fixture.by})`, () => {
  it.each(fixture.scores)('$metric at $confidence: $score', (given) => {
    const { metric, confidence, sizes, labels, answers, lower, upper, error } = given;
    const groups = { labels, answers, sizes: [...sizes].map(Number) };
    const found = estimated(metric as Metric, groups, { confidence, seed: 'x' });
    expect(Math.abs(found.lower - lower)).toBeLessThan(0.3 * error);
    expect(Math.abs(found.upper - upper)).toBeLessThan(0.3 * error);
  });
});

it('draws the same from the same seed, and other rows from another', () => {
  const [given] = fixture.cases;
  const by = (seed: string) =>
    compared('f1_macro', [...(given?.labels ?? '')], [[...(given?.candidate ?? '')], [...(given?.champion ?? '')]], {
      confidence: 0.9,
      seed,
    });
  expect(by('a')).toEqual(by('a'));
  expect(by('a').lower).not.toBe(by('b').lower);
});

it('scores rows as the scorers do, each metric and any labels', () => {
  const label = fc.constantFrom('a', 'b', 'c', 'none of them');
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), label), { minLength: 1 }), (rows) => {
      const options = { labels: ['a', 'b', 'c'] };
      const scorer = scorerFor('classification', options);
      const lines = rows.map(([expected, prediction]) => scorer.add({ expected, prediction }));
      for (const [metric, score] of Object.entries(scorer.scores().metrics)) {
        const scores = rowScores(metric as Metric, (answer) => options.labels.includes(answer));
        for (const line of lines) scores.add(line as { prediction: string });
        expect(scores.score(allOf(rows.length))).toBeCloseTo(score, 12);
      }
    }),
  );
  const chat = scorerFor('chat');
  const said = [
    ['the cat sat on the mat', 'the cat sat on a mat'],
    ['yes', 'no, it is not'],
    ['{"n":1}', '{"n":1}'],
  ] as const;
  const lines = said.map(([expected, prediction]) => chat.add({ expected, prediction }));
  for (const [metric, score] of Object.entries(chat.scores().metrics)) {
    const scores = rowScores(metric as Metric);
    for (const line of lines) scores.add(line as { prediction: string });
    expect(scores.score(allOf(said.length))).toBeCloseTo(score, 12);
  }
});

/** Rows of which a model says so many right, each by chance. */
function byChance(count: number, share: number, random: () => number): string[] {
  return Array.from({ length: count }, () => (random() < share ? 'a' : 'b'));
}

/** How many of many seeds a rule promotes a model for that is as good as the champion. */
function promoted(metric: Metric, rule: string, rows: number, share: number, seeds: number): number {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  let count = 0;
  for (let seed = 0; seed < seeds; seed += 1) {
    const labels = Array.from({ length: rows }, () => 'a');
    const answers = [byChance(rows, share, random), byChance(rows, share, random)] as const;
    const options = { confidence: 0.95, seed: String(seed), resamples: 500 };
    const interval = { ...compared(metric, labels, answers, options), confidence: 0.95 };
    const [candidate, champion] = answers.map((said) => said.filter((each) => each === 'a').length / rows);
    const { passed } = evaluateGate([rule], {
      candidate: { rows, metrics: { [metric]: candidate } },
      comparisons: [{ metric, rows, candidate: candidate ?? 0, champion: champion ?? 0, interval }],
    });
    count += Number(passed);
  }
  return count;
}

describe('noise does not promote: of equal models no more than one seed in twenty', () => {
  it.each([
    ['accuracy >= champion', 30, 0.8],
    ['accuracy >= champion', 100, 0.9],
    ['accuracy >= champion', 200, 0.98],
    ['accuracy > champion', 300, 0.7],
    ['accuracy >= champion + 0.01', 100, 0.8],
  ])('%s, %i rows of which %f are right', (rule, rows, share) => {
    const seeds = 400;
    // Five in a hundred, and three standard deviations of counting so few seeds.
    expect(promoted('accuracy', rule, rows, share, seeds)).toBeLessThanOrEqual(seeds * 0.05 + 13);
  });

  it('and few differing rows never do, though all of them speak for the candidate', () => {
    const labels = Array.from({ length: 1000 }, () => 'a');
    const but = (wrong: number): string[] => labels.map((label, row) => (row < wrong ? 'b' : label));
    const options = { confidence: 0.95, seed: 'x' };
    expect(leastDiffering(0.95)).toBe(5);
    expect(compared('accuracy', labels, [labels, but(4)], options)).toMatchObject({
      differing: 4,
      lower: expect.closeTo(-0.004, 12),
    });
    expect(compared('accuracy', labels, [labels, but(30)], options).lower).toBeGreaterThan(0.02);
    expect(compared('accuracy', labels, [labels, but(0)], options)).toMatchObject({ differing: 0, lower: 0, upper: 0 });
  });
});

it('never lets a rule pass by less confidence where more holds', () => {
  const answers = fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 5, maxLength: 60 });
  fc.assert(
    fc.property(answers, fc.integer(), (rows, seed) => {
      const labels = rows.map(() => 'a');
      const said = [0, 1].map((who) => rows.map((row) => (row[who] ? 'a' : 'b'))) as [string[], string[]];
      const at = (confidence: number) =>
        compared('accuracy', labels, said, { confidence, seed: String(seed), resamples: 200 });
      const [sure, surer] = [at(0.8), at(0.99)];
      expect(surer.lower).toBeLessThanOrEqual(sure.lower);
      expect(surer.upper).toBeGreaterThanOrEqual(sure.upper);
    }),
    { numRuns: 40 },
  );
});

/** How many of many seeds show a model to be below a share with 95 % confidence, whose answers are right by another. */
function shownBelow(threshold: number, labels: number, answersEach: number, right: number, seeds: number): number {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  let count = 0;
  for (let seed = 0; seed < seeds; seed += 1) {
    const answers = byChance(labels, right, random)
      .map((answer) => answer.repeat(answersEach))
      .join('');
    const given = {
      labels: 'a'.repeat(answers.length),
      answers,
      sizes: Array.from({ length: labels }, () => answersEach),
    };
    const { upper } = estimated('accuracy', given, { confidence: 0.95, seed: String(seed), resamples: 500 });
    count += Number(upper < threshold - 1e-9);
  }
  return count;
}

describe('chance does not show a model to be below what it is', () => {
  const seeds = 400;

  it.each([
    [0.8, 50, 1],
    [0.98, 50, 1],
    [0.5, 20, 1],
    [0.05, 50, 1],
    [0.5, 10, 1],
    // Twenty answers to each of ten questions are ten, not two hundred.
    [0.8, 10, 20],
  ])('below %f by %i labels with %i answers each', (threshold, labels, answersEach) => {
    expect(shownBelow(threshold, labels, answersEach, threshold, seeds)).toBeLessThanOrEqual(seeds * 0.05 + 13);
  });

  it('and one that is far below is shown to be', () => {
    expect(shownBelow(0.8, 50, 1, 0.6, seeds)).toBeGreaterThan(0.8 * seeds);
  });
});
