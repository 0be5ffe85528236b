/** Bins of a feature, made of the values that a model was trained on. */

/** A feature's value in a row; `undefined` where the row does not have it. */
export type Value = number | string | undefined;

/** Into so many bins values are put, beside those for values that are new or not given. */
const MOST_BINS = 10;

/** Above this a field does not sort rows into categories. */
const MOST_CATEGORIES = 5_000;

/** Of numbers: bin i holds what is above the edge before it and at most its own; the last one what is above all edges. */
interface NumberBins {
  readonly kind: 'numbers';
  readonly edges: readonly number[];
}

/** Of categories: the most frequent have a bin each, the others that are known one together, and those that are not, one. */
interface CategoryBins {
  readonly kind: 'categories';
  readonly frequent: readonly string[];
  readonly others: readonly string[];
}

export type Bins = NumberBins | CategoryBins;

/** A feature as the reference has it. The last bin is that of rows without a value. */
export interface FeatureReference {
  readonly feature: string;
  readonly bins: Bins;
  /** Rows in each bin. */
  readonly counts: readonly number[];
}

const isPresent = (value: Value): value is number | string => value !== undefined && value !== '';
const numberOf = (value: Value): number => (isPresent(value) ? Number(value) : Number.NaN);

/** Linear between the two nearest values, as numpy's. */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1);
  const [below, above] = [sorted[Math.floor(place)] ?? 0, sorted[Math.ceil(place)] ?? 0];
  return below + (above - below) * (place - Math.floor(place));
}

/** For all that is counted or measured here. */
const justBelow = (value: number): number => value - Math.max(1, Math.abs(value)) * 1e-9;

/** Deciles; a value that many rows share is the edge of several, and counts once. */
function numberBins(values: readonly Value[]): NumberBins {
  const sorted = Float64Array.from(values.map(numberOf).filter(Number.isFinite)).sort();
  const [least = 0, greatest = 0] = [sorted[0], sorted.at(-1)];
  // One value alone: whatever is below it or above is another bin.
  if (least === greatest) return { kind: 'numbers', edges: [justBelow(least), least] };
  const deciles = Array.from({ length: MOST_BINS - 1 }, (_, i) => quantile(sorted, (i + 1) / MOST_BINS));
  return { kind: 'numbers', edges: [...new Set(deciles)] };
}

function categoryBins(values: readonly Value[]): CategoryBins | undefined {
  const counts = new Map<string, number>();
  for (const value of values.filter(isPresent)) counts.set(String(value), (counts.get(String(value)) ?? 0) + 1);
  if (counts.size > MOST_CATEGORIES) return undefined;
  const byCount = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([name]) => name);
  const own = byCount.length > MOST_BINS ? MOST_BINS - 1 : MOST_BINS;
  return { kind: 'categories', frequent: byCount.slice(0, own), others: byCount.slice(own) };
}

/**
 * Makes a feature's bins. Of a field whose kind is not known, more than {@link MOST_BINS} numbers are numbers, and all else
 * categories. Where it has no values, or too many for categories, the reason comes back.
 */
export function referenceOf(feature: string, values: readonly Value[], kind?: Bins['kind']): FeatureReference | string {
  const present = values.filter(isPresent);
  if (present.length === 0) return `none of ${values.length} rows of the reference has it`;
  const isNumbers = kind === undefined ? areNumbers(present) : kind === 'numbers';
  const bins = isNumbers ? numberBins(values) : categoryBins(values);
  if (!bins) return `it has more than ${MOST_CATEGORIES} values, and they are no numbers`;
  const sorter = new Sorter(bins);
  const counts = new Array<number>(sorter.bins).fill(0);
  for (const value of values) {
    const bin = sorter.binOf(value);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return { feature, bins, counts };
}

const areNumbers = (values: readonly (number | string)[]): boolean =>
  values.every((value) => Number.isFinite(Number(value))) && new Set(values.map(Number)).size > MOST_BINS;

const shownEdge = (edge: number): number => (Math.abs(edge) >= 1_000 ? Math.round(edge) : Number(edge.toPrecision(3)));

/** Puts values into bins. */
export class Sorter {
  /** How many bins there are. */
  readonly bins: number;
  readonly #bins: Bins;
  readonly #byName: ReadonlyMap<string, number> = new Map();

  constructor(bins: Bins) {
    this.#bins = bins;
    if (bins.kind === 'numbers') {
      this.bins = bins.edges.length + 2;
      return;
    }
    const { frequent, others } = bins;
    this.bins = frequent.length + 3;
    this.#byName = new Map([
      ...frequent.map((name, bin) => [name, bin] as const),
      ...others.map((name) => [name, frequent.length] as const),
    ]);
  }

  /** The bin of rows without a value. */
  get absent(): number {
    return this.bins - 1;
  }

  /** That of categories which the reference does not have. */
  get unknown(): number | undefined {
    return this.#bins.kind === 'categories' ? this.absent - 1 : undefined;
  }

  binOf(value: Value): number {
    if (!isPresent(value)) return this.absent;
    if (this.#bins.kind === 'categories') return this.#byName.get(String(value)) ?? this.absent - 1;
    const number = Number(value);
    if (!Number.isFinite(number)) return this.absent;
    const { edges } = this.#bins;
    let bin = 0;
    while (bin < edges.length && number > (edges[bin] ?? 0)) bin += 1;
    return bin;
  }

  /** Whether a value is a category that the reference does not have. */
  isNew(value: Value): value is string | number {
    return this.binOf(value) === this.unknown;
  }

  /** For people: `at most 12`, `12 to 20`, `above 90`, `positive`. */
  nameOf(bin: number): string {
    if (bin === this.absent) return this.#bins.kind === 'numbers' ? 'no number' : 'not given';
    if (this.#bins.kind === 'categories') {
      const { frequent } = this.#bins;
      return frequent[bin] ?? (bin === frequent.length ? 'other known ones' : 'new ones');
    }
    const { edges } = this.#bins;
    const [below, only = 0] = edges;
    if (below === justBelow(only)) return `${['below', 'exactly', 'above'][bin]} ${only}`;
    const [from, to] = [edges[bin - 1], edges[bin]].map((edge) => edge && shownEdge(edge));
    if (from === undefined) return `at most ${to ?? 0}`;
    return to === undefined ? `above ${from}` : `${from} to ${to}`;
  }
}
