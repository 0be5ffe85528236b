/**
 * How sure a score is, or a difference between two models: the bootstrap (Efron and Tibshirani 1993; of test sets, Koehn
 * 2004). Rows are drawn anew, with repetition, and each draw gives a score; of two models that have answered the same rows, a
 * difference. Bounds are percentiles of those, as `scipy.stats.bootstrap` has them with `paired=True, method='percentile'`.
 */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { RowScores } from './scoring/row-scores.ts';

export const RESAMPLES = 2000;

/** Of the intervals, where a spec says nothing else. */
export const CONFIDENCE = 0.95;

export interface BootstrapOptions {
  /** 0.95: that the difference is at least `lower`, and as well that it is at most `upper`. */
  readonly confidence: number;
  /** The same text, the same draws. */
  readonly seed: string;
  readonly resamples?: number;
}

/** One-sided, each by itself with the confidence that was asked for. */
export interface Bounds {
  readonly lower: number;
  readonly upper: number;
}

/** How far one model is ahead of another. */
export interface Difference extends Bounds {
  /** On the rows as they are. */
  readonly difference: number;
  /** Rows that count another way for the one than for the other. */
  readonly differing: number;
}

/**
 * The least number of differing rows that tell anything: of fewer, all could fall to one side by the toss of a coin, with
 * more than the probability that may be left to chance.
 */
export const leastDiffering = (confidence: number): number => Math.ceil(Math.log2(1 / (1 - confidence)) - 1e-9);

/**
 * Compares two models on rows. A generator, as it takes seconds with many rows: it yields after each draw, so that who runs
 * it can let other things happen.
 *
 * Where too few rows differ, the bounds are those of the opposite, as if all of them had fallen to the other side.
 *
 * @param rows numbers of the rows from 0, each once
 */
export function* compare(
  candidate: RowScores,
  champion: RowScores,
  rows: Uint32Array,
  options: BootstrapOptions,
): Generator<undefined, Difference> {
  const ahead = (drawn: Uint32Array): number => candidate.score(drawn) - champion.score(drawn);
  const difference = ahead(rows);
  const { lower, upper } = yield* resampled(ahead, drawnFrom(rows), options);
  let differing = 0;
  for (const row of rows) differing += Number(candidate.key(row) !== champion.key(row));
  if (differing >= leastDiffering(options.confidence)) return { difference, lower, upper, differing };
  const most = Math.abs(difference);
  return { difference, lower: Math.min(lower, 0 - most), upper: Math.max(upper, most), differing };
}

/**
 * How sure the score of one model is, in the same turns. Rows that are right or wrong together, as one label tells of them all,
 * are drawn together: a question that was asked a hundred times is no more than one.
 *
 * The bounds leave room for what none of so few groups would show: of a share, those of Clopper and Pearson (1934).
 *
 * @param groups numbers of rows, each in one of them
 */
export function* estimate(
  scores: RowScores,
  groups: readonly (readonly number[])[],
  options: BootstrapOptions,
): Generator<undefined, Bounds> {
  const { lower, upper } = yield* resampled((rows) => scores.score(rows), drawnTogether(groups), options);
  const unseen = 1 - (1 - options.confidence) ** (1 / groups.length);
  return { lower: Math.min(lower, 1 - unseen), upper: Math.max(upper, unseen) };
}

/** Rows that are drawn by numbers from 0 up to 1, good until the next are. */
type Draw = (random: () => number) => Uint32Array;

function* resampled(
  statistic: (rows: Uint32Array) => number,
  draw: Draw,
  { confidence, seed, resamples = RESAMPLES }: BootstrapOptions,
): Generator<undefined, Bounds> {
  const generator = xoroshiro128plus(seedOf(seed));
  // The first numbers of a generator depend on little of the seed.
  for (let i = 0; i < 32; i += 1) generator.next();
  const random = (): number => (generator.next() >>> 0) / 2 ** 32;
  const values = new Float64Array(resamples);
  for (let i = 0; i < resamples; i += 1) {
    values[i] = statistic(draw(random));
    yield;
  }
  values.sort();
  return { lower: quantile(values, 1 - confidence), upper: quantile(values, confidence) };
}

function drawnFrom(rows: Uint32Array): Draw {
  const drawn = new Uint32Array(rows.length);
  return (random) => {
    for (let i = 0; i < drawn.length; i += 1) drawn[i] = rows[Math.floor(random() * rows.length)] as number;
    return drawn;
  };
}

function drawnTogether(groups: readonly (readonly number[])[]): Draw {
  let drawn = new Uint32Array(groups.reduce((rows, group) => rows + group.length, 0));
  return (random) => {
    let count = 0;
    for (let i = 0; i < groups.length; i += 1) {
      const group = groups[Math.floor(random() * groups.length)] as readonly number[];
      if (count + group.length > drawn.length) {
        const larger = new Uint32Array(2 * (count + group.length));
        larger.set(drawn);
        drawn = larger;
      }
      for (const row of group) {
        drawn[count] = row;
        count += 1;
      }
    }
    return drawn.subarray(0, count);
  };
}

/** Between the values beside its place, as NumPy does by default. */
function quantile(sorted: Float64Array, share: number): number {
  const place = (sorted.length - 1) * share;
  const [below, above] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return below + (above - below) * (place - Math.floor(place));
}

/** FNV-1a of the text: 32 bits are enough to draw by. */
function seedOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  return hash | 0;
}
