/** How rows are divided into splits. */
import { createHash } from 'node:crypto';
import type { SplitName } from '../record.ts';
import { type ClassificationExample, normalise } from './examples.ts';

/** What is divided. */
export type Row = Omit<ClassificationExample, 'kind'>;

/** How a data set is to be divided: shares of its rows, the rest is for training. */
export interface SplitOptions {
  readonly test: number;
  readonly validation: number;
  readonly seed: number;
}

export type Splits = { readonly [S in SplitName]: readonly Row[] };

/** A divided data set, and what was left out of it. */
export interface SplitResult {
  readonly splits: Splits;
  /** Rows left out because their text stood in the data before. */
  readonly duplicates: number;
  /** Texts that stood under more than one label; the first row of each stayed. */
  readonly conflicts: number;
}

/**
 * How many rows of each label go into a split: its share, rounded by the largest remainders so that the total is right
 * too, and never more than `room`.
 */
function quotas(sizes: readonly number[], share: number, room: readonly number[]): number[] {
  const exact = sizes.map((size) => size * share);
  const counts = exact.map((value, i) => Math.min(Math.floor(value), room[i] ?? 0));
  let left = Math.round(exact.reduce((sum, value) => sum + value, 0)) - counts.reduce((sum, value) => sum + value, 0);
  const byRemainder = [...counts.keys()].sort((a, b) => ((exact[b] ?? 0) % 1) - ((exact[a] ?? 0) % 1) || a - b);
  for (const i of byRemainder) {
    if (left <= 0) break;
    if ((counts[i] ?? 0) >= (room[i] ?? 0)) continue;
    counts[i] = (counts[i] ?? 0) + 1;
    left -= 1;
  }
  return counts;
}

const ROWS_PER_STEP = 1000;

/** Visits the items in order, in steps: whoever runs it can do something else after each thousand of them. */
export function* inSteps<T>(items: Iterable<T>, visit: (item: T) => void): Generator<void, void> {
  let count = 0;
  for (const item of items) {
    visit(item);
    count += 1;
    if (count % ROWS_PER_STEP === 0) yield;
  }
}

interface Keyed {
  readonly row: Row;
  /** Hash of seed and text, each character a byte. */
  readonly key: string;
}

const byKey = (a: Keyed, b: Keyed): number => (a.key < b.key ? -1 : 1);

/**
 * Divides rows into splits, label by label, each text once; in steps, as millions of rows take many seconds. A row's
 * place follows from its text and the seed alone, so the order of the source does not matter and every machine comes to
 * the same result. Every label keeps a row to train on.
 */
export function* splitRows(rows: Iterable<Row>, options: SplitOptions): Generator<void, SplitResult> {
  const kept = new Map<string, Row>();
  const conflicting = new Set<string>();
  const sizes = new Map<string, number>();
  let duplicates = 0;
  yield* inSteps(rows, (row) => {
    const text = normalise(row.text);
    const first = kept.get(text);
    if (!first) {
      kept.set(text, row);
      sizes.set(row.label, (sizes.get(row.label) ?? 0) + 1);
      return;
    }
    duplicates += 1;
    if (first.label !== row.label) conflicting.add(text);
  });

  // Hashes are spread evenly: by their first byte they fall into pieces that are sorted in a moment.
  const pieces = Array.from({ length: 256 }, (): Keyed[] => []);
  yield* inSteps(kept, ([text, row]) => {
    const key = createHash('sha256').update(`${options.seed}\0${text}`).digest('binary');
    pieces[key.charCodeAt(0)]?.push({ row, key });
  });

  const room = quotasByLabel(sizes, options);
  const splits: Record<SplitName, Row[]> = { train: [], validation: [], test: [] };
  // In the order of the keys the labels are mixed, as training by steps wants them.
  for (const piece of pieces) {
    yield* inSteps(piece.sort(byKey), ({ row }) => {
      const left = room.get(row.label);
      const split = left && left.test > 0 ? 'test' : left && left.validation > 0 ? 'validation' : 'train';
      if (left && split !== 'train') left[split] -= 1;
      splits[split].push(row);
    });
    yield;
  }
  return { splits, duplicates, conflicts: conflicting.size };
}

/** How many rows of each label are held out. */
function quotasByLabel(sizes: ReadonlyMap<string, number>, options: SplitOptions) {
  const labels = [...sizes.keys()].sort();
  const counts = labels.map((label) => sizes.get(label) ?? 0);
  const test = quotas(
    counts,
    options.test,
    counts.map((count) => count - 1),
  );
  const validation = quotas(
    counts,
    options.validation,
    counts.map((count, i) => count - 1 - (test[i] ?? 0)),
  );
  return new Map(labels.map((label, i) => [label, { test: test[i] ?? 0, validation: validation[i] ?? 0 }]));
}
