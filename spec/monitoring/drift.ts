/** Whether what a model is asked is still like what it was trained on. Pure. */
import { formatCount, percentText, plural } from '../amounts.ts';
import { type FeatureReference, Sorter, type Value } from './bins.ts';
import { type Feature, featuresOf, type Observation } from './features.ts';
import { differs, stability } from './psi.ts';
import { moreText, sinceText, USUAL_WINDOW, type Window } from './window.ts';

/** `retrain.when.drift`. */
export interface DriftLimits {
  readonly of: readonly string[];
  /** A feature whose index is at least this has drifted, unless by chance. */
  readonly psi: number;
  /** And one of which more than this share of rows has a category that is new. */
  readonly newCategories: number;
  /** With fewer rows nothing is decided. */
  readonly minRows: number;
  /** How far back traffic counts: `7d`. */
  readonly window: string;
}

/** Where a spec does not say it. */
export const USUAL_LIMITS = { psi: 0.2, newCategories: 0.1, minRows: 200, window: USUAL_WINDOW } as const;

/** What a champion's training data was like, in as much as it takes to hold traffic against it. */
export interface Reference {
  /** Rows that it was made of: all of the training split, or a sample. */
  readonly rows: number;
  readonly features: readonly FeatureReference[];
  /** Features that it has nothing of, and why. */
  readonly lacking: readonly { readonly feature: string; readonly reason: string }[];
  /** Words of the texts, each once; none where no feature is made of them. */
  readonly words: readonly string[];
  /** Fields that are known beside the question. */
  readonly fields: readonly string[];
}

export interface MovedBin {
  /** For people: `12 to 20`, `positive`, `new ones`. */
  readonly bin: string;
  /** Shares of the rows, from 0 to 1. */
  readonly reference: number;
  readonly traffic: number;
}

export interface FeatureDrift {
  readonly feature: string;
  readonly drifted: boolean;
  /** Of the values that the reference has: those that are new have a limit of their own. */
  readonly psi: number;
  /** Whether two samples of one and the same population would differ so less than once in a thousand times. */
  readonly significant: boolean;
  /** Whether the traffic has less of it, of what only more of is drift: unknown words. */
  readonly less?: true;
  /** Whether the reference has it and no row of the traffic. */
  readonly gone?: true;
  /** Of categories. */
  readonly newCategories?: { readonly share: number; readonly names: readonly string[] };
  /** Bins that add most to the index, at most three. */
  readonly moved: readonly MovedBin[];
}

/** What the traffic is like beside the reference. */
export interface DriftMeasure {
  /** Questions that were looked at. */
  readonly rows: number;
  /** The reference's. */
  readonly referenceRows: number;
  readonly features: readonly FeatureDrift[];
  readonly lacking: Reference['lacking'];
  /** Fields of the traffic that the training data does not have. */
  readonly newFields: readonly string[];
}

/** A name or value as evidence shows it. */
const LONGEST_NAME = 40;
const MOST_NAMES = 5;
const MOST_MOVED = 3;
/** New ones that are kept while they are counted. */
const KEPT_NAMES = 1_000;

interface Column {
  readonly feature: Feature;
  readonly reference: FeatureReference;
  readonly sorter: Sorter;
  readonly counts: number[];
  readonly newNames: Map<string, number>;
}

/** Takes traffic question by question, of which nothing is kept but counts. */
export class DriftCounter {
  readonly #reference: Reference;
  readonly #limits: DriftLimits;
  readonly #columns: readonly Column[];
  readonly #words: ReadonlySet<string>;
  readonly #fields: ReadonlySet<string>;
  readonly #newFields = new Set<string>();
  #rows = 0;

  constructor(reference: Reference, limits: DriftLimits) {
    this.#reference = reference;
    this.#limits = limits;
    this.#words = new Set(reference.words);
    this.#fields = new Set([...reference.fields, ...limits.of]);
    this.#columns = featuresOf(limits.of).flatMap((feature) => {
      const known = reference.features.find((each) => each.feature === feature.name);
      if (!known) return [];
      const sorter = new Sorter(known.bins);
      const counts = new Array<number>(sorter.bins).fill(0);
      return [{ feature, reference: known, sorter, counts, newNames: new Map<string, number>() }];
    });
  }

  add(observation: Observation): void {
    this.#rows += 1;
    for (const field of Object.keys(observation.fields)) {
      if (!this.#fields.has(field) && this.#newFields.size < MOST_NAMES) this.#newFields.add(field);
    }
    for (const { feature, sorter, counts, newNames } of this.#columns) {
      const value = feature.value(observation, this.#words);
      const bin = sorter.binOf(value);
      counts[bin] = (counts[bin] ?? 0) + 1;
      if (sorter.isNew(value)) count(newNames, value);
    }
  }

  /** What has been found so far; no features where no question was added. */
  measure(): DriftMeasure {
    const { rows: referenceRows, lacking } = this.#reference;
    const rows = this.#rows;
    const features = rows === 0 ? [] : this.#columns.map((column) => driftOf(column, rows, this.#limits));
    return { rows, referenceRows, features, lacking, newFields: [...this.#newFields].sort() };
  }
}

function count(names: Map<string, number>, value: Value): void {
  const name = String(value).slice(0, LONGEST_NAME);
  if (names.has(name) || names.size < KEPT_NAMES) names.set(name, (names.get(name) ?? 0) + 1);
}

function driftOf(
  { feature, reference, sorter, counts, newNames }: Column,
  rows: number,
  limits: DriftLimits,
): FeatureDrift {
  const known = counts.map((count, bin) => (bin === sorter.unknown ? 0 : count));
  const { psi, parts } = stability(reference.counts, known);
  const significant = differs(reference.counts, known);
  const less = feature.onlyMore && meanBin(counts, sorter) <= meanBin(reference.counts, sorter);
  const all = reference.counts.reduce((total, each) => total + each, 0);
  const gone = counts[sorter.absent] === rows && reference.counts[sorter.absent] !== all;
  const fresh = sorter.unknown === undefined ? undefined : (counts[sorter.unknown] ?? 0) / rows;
  const moved = parts
    .map((part, bin) => ({ part, bin }))
    .filter(({ part }) => part > 0)
    .sort((a, b) => b.part - a.part)
    .slice(0, MOST_MOVED)
    .map(({ bin }) => ({
      bin: sorter.nameOf(bin).slice(0, LONGEST_NAME),
      reference: (reference.counts[bin] ?? 0) / all,
      traffic: (counts[bin] ?? 0) / rows,
    }));
  const names = [...newNames].sort(([, m], [, n]) => n - m).slice(0, MOST_NAMES);
  return {
    feature: feature.name,
    drifted: gone || (psi >= limits.psi && significant && !less) || (fresh ?? 0) > limits.newCategories,
    psi,
    significant,
    ...(less && { less }),
    ...(gone && { gone }),
    ...(fresh !== undefined && { newCategories: { share: fresh, names: names.map(([name]) => name) } }),
    moved,
  };
}

/** Of numbers, whose bins are in their order. */
function meanBin(counts: readonly number[], { absent }: Sorter): number {
  const present = counts.slice(0, absent);
  const rows = present.reduce((total, count) => total + count, 0);
  return present.reduce((total, count, bin) => total + bin * count, 0) / rows;
}

/** What is to be said of a measure: whether it is a reason to train again, and why, in a line. */
export interface DriftVerdict {
  readonly due: boolean;
  readonly reason: string;
}

const shownIndex = (value: number): string => value.toFixed(2);

function driftText(
  { feature, gone, psi, newCategories, moved }: FeatureDrift,
  { psi: limit, newCategories: most }: DriftLimits,
): string {
  if (gone) return `${feature} is gone from the traffic`;
  if (newCategories && newCategories.share > most) {
    const { share, names } = newCategories;
    return `${feature} is new in ${percentText(share)} of rows (${names.join(', ')}), more than ${percentText(most)}`;
  }
  const [first] = moved;
  const shift = first ? ` (${first.bin}: ${percentText(first.reference)} → ${percentText(first.traffic)})` : '';
  return `${feature}${shift} has PSI ${shownIndex(psi)}, at least ${limit}`;
}

/** @param window what the rows were asked in */
export function driftVerdict(
  { rows, features, lacking, newFields }: DriftMeasure,
  limits: DriftLimits,
  window: Window,
): DriftVerdict {
  const since = sinceText(window);
  if (rows < limits.minRows) {
    const few = `${plural(rows, 'row')} of captured traffic ${since} ${rows === 1 ? 'is' : 'are'} too few to tell drift`;
    return {
      due: false,
      reason: `${few}: at least ${formatCount(limits.minRows)} are wanted; ${moreText(window)}`,
    };
  }
  const drifted = features.filter((feature) => feature.drifted);
  const beside = [
    ...(newFields.length > 0 ? [`fields that are new: ${newFields.join(', ')}`] : []),
    ...lacking.map(({ feature, reason }) => `${feature} is not measured: ${reason}`),
  ];
  const after = beside.map((each) => `; ${each}`).join('');
  if (drifted.length > 0) {
    return {
      due: true,
      reason: `${drifted.map((each) => driftText(each, limits)).join('; ')}, of ${formatCount(rows)} rows ${since}${after}`,
    };
  }
  const [first] = [...features].sort((a, b) => b.psi - a.psi);
  const most = first ? `: the greatest PSI is ${shownIndex(first.psi)}, of ${first.feature}` : '';
  const why =
    !first || first.psi < limits.psi ? '' : first.less ? ', of which there are fewer' : ', as chance brings too';
  return { due: false, reason: `no drift in ${formatCount(rows)} rows ${since}${most}${why}${after}` };
}
