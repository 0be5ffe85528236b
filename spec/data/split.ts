/** How rows are divided into splits. */
import { hash } from 'node:crypto';
import type { SplitName } from '../record.ts';

/** How a data set is to be divided: shares of its rows, the rest is for training. */
export interface SplitOptions {
  readonly test: number;
  readonly validation: number;
  readonly seed: number;
  /** Field whose equal values stay on one side. */
  readonly by?: string | undefined;
}

/** A row's or a group's place in the order in which splits are filled: from its text and the seed alone. */
export function orderKey(seed: number, text: string): Buffer {
  return hash('sha256', `${seed}\0${text}`, 'buffer');
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

/** Rows by their label; where rows have none, all under one. */
export type LabelCounts = ReadonlyMap<string, number>;

/** What is still to be filled of a split. */
interface Room {
  readonly split: SplitName;
  readonly left: Map<string, number>;
  total: number;
}

/**
 * Deals groups of rows out, in the order of their keys: to test until it is full, then to validation, the rest to
 * training. A group of one row goes where its label has room, so that each label is divided like the whole. A larger one
 * goes where at least half of its rows have room: a split misses its share by no more than half of a group. No label is
 * held out entirely.
 */
export class Dealer {
  readonly #rooms: readonly Room[];
  /** Rows of each label that are not held out. */
  readonly #kept: Map<string, number>;

  /** @param sizes all rows that will be dealt */
  constructor(sizes: LabelCounts, options: Pick<SplitOptions, 'test' | 'validation'>) {
    const labels = [...sizes.keys()].sort();
    const counts = labels.map((label) => sizes.get(label) ?? 0);
    const spare = counts.map((count) => count - 1);
    const test = quotas(counts, options.test, spare);
    const validation = quotas(
      counts,
      options.validation,
      spare.map((count, i) => count - (test[i] ?? 0)),
    );
    const room = (split: SplitName, quota: readonly number[]): Room => ({
      split,
      left: new Map(labels.map((label, i) => [label, quota[i] ?? 0])),
      total: quota.reduce((sum, count) => sum + count, 0),
    });
    this.#rooms = [room('test', test), room('validation', validation)];
    this.#kept = new Map(sizes);
  }

  /** The split of the next group. */
  deal(group: LabelCounts): SplitName {
    let rows = 0;
    for (const count of group.values()) rows += count;
    for (const room of this.#rooms) {
      if (room.total * 2 < rows || !this.#fits(group, rows, room)) continue;
      for (const [label, count] of group) {
        room.left.set(label, (room.left.get(label) ?? 0) - count);
        this.#kept.set(label, (this.#kept.get(label) ?? 0) - count);
      }
      room.total -= rows;
      return room.split;
    }
    return 'train';
  }

  #fits(group: LabelCounts, rows: number, { left }: Room): boolean {
    let fitting = 0;
    for (const [label, count] of group) {
      if (count >= (this.#kept.get(label) ?? 0)) return false;
      fitting += Math.min(count, Math.max(0, left.get(label) ?? 0));
    }
    return fitting > 0 && fitting * 2 >= rows;
  }
}
