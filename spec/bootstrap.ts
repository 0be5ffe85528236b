/**
 * How sure a difference between two models is: the paired bootstrap (Efron and Tibshirani 1993; of test sets, Koehn 2004).
 * Both have answered the same rows; rows are drawn anew, with repetition, and each draw gives a difference. Bounds are
 * percentiles of those, as `scipy.stats.bootstrap` has them with `paired=True, method='percentile'`.
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

/** How far one model is ahead of another. */
export interface Difference {
  /** On the rows as they are. */
  readonly difference: number;
  /** One-sided bounds, each by itself with the confidence that was asked for. */
  readonly lower: number;
  readonly upper: number;
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
  { confidence, seed, resamples = RESAMPLES }: BootstrapOptions,
): Generator<undefined, Difference> {
  const ahead = (drawn: Uint32Array): number => candidate.score(drawn) - champion.score(drawn);
  const difference = ahead(rows);
  const generator = xoroshiro128plus(seedOf(seed));
  // The first numbers of a generator depend on little of the seed.
  for (let i = 0; i < 32; i += 1) generator.next();
  const drawn = new Uint32Array(rows.length);
  const differences = new Float64Array(resamples);
  for (let draw = 0; draw < resamples; draw += 1) {
    for (let i = 0; i < drawn.length; i += 1) {
      drawn[i] = rows[Math.floor(((generator.next() >>> 0) / 2 ** 32) * rows.length)] as number;
    }
    differences[draw] = ahead(drawn);
    yield;
  }
  differences.sort();
  const [lower, upper] = [quantile(differences, 1 - confidence), quantile(differences, confidence)];
  let differing = 0;
  for (const row of rows) differing += Number(candidate.key(row) !== champion.key(row));
  if (differing >= leastDiffering(confidence)) return { difference, lower, upper, differing };
  const most = Math.abs(difference);
  return { difference, lower: Math.min(lower, 0 - most), upper: Math.max(upper, most), differing };
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
