/**
 * The population stability index of two samples in the same bins: the sum of (t - r) ln(t / r) over the bins, where r and t
 * are their shares of the reference and of the traffic. Also known as Jeffreys divergence; in use since the scorecards of
 * banks (Siddiqi 2006), where below 0.1 is called stable and above 0.25 a shift. As `feature_engine` has it.
 */

/** What an empty bin counts as, as a share: the logarithm of nothing is infinite. */
const EMPTY = 1e-4;

export interface Stability {
  readonly psi: number;
  /** What each bin adds to it; never negative. */
  readonly parts: readonly number[];
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** @param reference rows in each bin @param traffic the same of the other sample; both have rows */
export function stability(reference: readonly number[], traffic: readonly number[]): Stability {
  const [all, asked] = [sum(reference), sum(traffic)];
  const parts = reference.map((count, bin) => {
    const seen = traffic[bin] ?? 0;
    if (count === 0 && seen === 0) return 0;
    const [r, t] = [Math.max(count / all, EMPTY), Math.max(seen / asked, EMPTY)];
    return (t - r) * Math.log(t / r);
  });
  return { psi: sum(parts), parts };
}

/** Quantile of the normal distribution: of a thousand samples, one lies beyond. */
const ONE_IN_A_THOUSAND = 3.0902;

/**
 * What the index of two samples of one and the same population stays below, all but once in a thousand times: between
 * samples of n and m rows it is distributed as chi-square with one degree less than there are bins, times 1/n + 1/m
 * (Yurdakul and Naranjo 2020). The quantile of chi-square is that of Wilson and Hilferty (1931).
 */
export function chanceOf(reference: readonly number[], traffic: readonly number[]): number {
  const degrees = reference.filter((count, bin) => count + (traffic[bin] ?? 0) > 0).length - 1;
  if (degrees < 1) return 0;
  const spread = 2 / (9 * degrees);
  const quantile = degrees * (1 - spread + ONE_IN_A_THOUSAND * Math.sqrt(spread)) ** 3;
  return quantile * (1 / sum(reference) + 1 / sum(traffic));
}
