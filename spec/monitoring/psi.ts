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

/** @param reference rows in each bin; there are some @param traffic the same of the other sample */
export function stability(reference: readonly number[], traffic: readonly number[]): Stability {
  const [all, asked] = [sum(reference), sum(traffic)];
  if (asked === 0) return { psi: 0, parts: reference.map(() => 0) };
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

/** Of fewer rows in a bin, as many as are to be expected or as there are, chi-square tells nothing: Cochran's rule (1954). */
const [LEAST_EXPECTED, LEAST_SEEN] = [5, 8];

/**
 * Whether the samples differ by more than chance: two of one and the same population would so once in a thousand times. By
 * Pearson's test of homogeneity, in which neighbouring bins with few rows count as one, so that it holds with few rows too,
 * where empty bins make the index itself large. The quantile of chi-square is that of Wilson and Hilferty (1931).
 *
 * @param reference rows in each bin; there are some @param traffic the same of the other sample
 */
export function differs(reference: readonly number[], traffic: readonly number[]): boolean {
  const [all, asked] = [sum(reference), sum(traffic)];
  const groups: { known: number; seen: number }[] = [];
  let group = { known: 0, seen: 0 };
  for (const [bin, count] of reference.entries()) {
    group = { known: group.known + count, seen: group.seen + (traffic[bin] ?? 0) };
    const expected = ((group.known + group.seen) * asked) / (all + asked);
    if (expected < LEAST_EXPECTED && group.seen < LEAST_SEEN) continue;
    groups.push(group);
    group = { known: 0, seen: 0 };
  }
  const last = groups.at(-1);
  const degrees = groups.length - 1;
  if (!last || degrees < 1) return false;
  last.known += group.known;
  last.seen += group.seen;
  const statistic = sum(
    groups.map(
      ({ known, seen }) => (Math.sqrt(asked / all) * known - Math.sqrt(all / asked) * seen) ** 2 / (known + seen),
    ),
  );
  const spread = 2 / (9 * degrees);
  return statistic > degrees * (1 - spread + ONE_IN_A_THOUSAND * Math.sqrt(spread)) ** 3;
}
