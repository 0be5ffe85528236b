/** What can be wrong with a row of a data set, and how it is told. */
import type { DataCode } from '../errors/data.ts';

/** Why a row cannot be used. */
export interface RowProblem {
  readonly code: DataCode;
  /** What is wrong, in the same words for every row that shares the problem. */
  readonly message: string;
  /** What was received instead, shortened. */
  readonly value: string;
  readonly fix: string;
}

/** Where a row stands. */
export interface Place {
  readonly file: string;
  /** From 1; of a Parquet file the row. */
  readonly line: number;
}

export type DataProblem = RowProblem & Place;

const MAX_LISTED = 10;

/** Collects the problems of a data set, however many there are, and tells them grouped with the first places of each. */
export class DataProblems {
  count = 0;
  readonly #groups = new Map<string, { first: DataProblem; count: number; listed: DataProblem[] }>();

  add(problem: DataProblem): void {
    this.count += 1;
    const group = this.#groups.get(problem.message) ?? { first: problem, count: 0, listed: [] };
    group.count += 1;
    if (group.listed.length < MAX_LISTED) group.listed.push(problem);
    this.#groups.set(problem.message, group);
  }

  /** The first ten groups. */
  #told() {
    return [...this.#groups.values()].slice(0, MAX_LISTED);
  }

  /** The first problems of the first groups, at most ten. */
  listed(): DataProblem[] {
    const each = Math.max(1, Math.floor(MAX_LISTED / this.#groups.size));
    return this.#told().flatMap(({ listed }) => listed.slice(0, each));
  }

  /** @param rows how many rows were read, the unusable ones included */
  describe(rows: number): string {
    const listed = this.listed();
    const groups = this.#told().map(({ first, count }) => {
      const places = listed.filter(({ message }) => message === first.message);
      const more = count > places.length ? [`    and ${count - places.length} more`] : [];
      const lines = places.map(({ file, line, value }) => `    ${file}:${line}  ${value}`);
      return [`  ${first.message} (${count}): ${first.fix}`, ...lines, ...more].join('\n');
    });
    const others = this.#groups.size - groups.length;
    const more = others > 0 ? [`  and ${others} other problems`] : [];
    return [`${this.count} of ${rows} rows cannot be used`, ...groups, ...more].join('\n');
  }
}
