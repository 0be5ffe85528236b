/** What can be wrong with a row of a data set, and how it is told. */
import type { DataCode } from '../errors/data.ts';

/** Why a row cannot be used. */
export interface RowProblem {
  readonly code: DataCode;
  /** What is wrong, in the same words for every row that shares the problem. */
  readonly message: string;
  /** What was received instead, shortened; empty where the message says it. */
  readonly value: string;
  readonly fix: string;
}

/** Where a row stands. */
export interface Place {
  readonly file: string;
  /** From 1; of a Parquet file the row; 0 for the file as a whole. */
  readonly line: number;
}

export type DataProblem = RowProblem & Place;

/** All problems that are told in the same words. */
export interface ProblemGroup extends Omit<RowProblem, 'value'> {
  readonly count: number;
  /** The first ten of them. */
  readonly places: readonly (Place & Pick<RowProblem, 'value'>)[];
}

const MAX_LISTED = 10;

export const placeOf = ({ file, line }: Place): string => (line > 0 ? `${file}:${line}` : file);

/** One problem in a sentence. */
export function describeProblem(problem: DataProblem): string {
  const { message, value, fix, line } = problem;
  return `${placeOf(problem)}${line > 0 ? '  ' : ': '}${message}${value === '' ? '' : `, ${value}`}; ${fix}`;
}

/** Collects the problems of a data set, however many there are, and tells them grouped with the first places of each. */
export class DataProblems {
  count = 0;
  readonly #groups = new Map<string, ProblemGroup>();

  add({ code, message, fix, file, line, value }: DataProblem): void {
    this.#put({ code, message, fix, count: 1, places: [{ file, line, value }] });
  }

  /** Adds what was collected elsewhere, of what comes after. */
  merge(groups: readonly ProblemGroup[]): void {
    for (const group of groups) this.#put(group);
  }

  #put(group: ProblemGroup): void {
    this.count += group.count;
    const there = this.#groups.get(group.message);
    const places = there ? [...there.places, ...group.places].slice(0, MAX_LISTED) : group.places;
    this.#groups.set(group.message, { ...group, count: (there?.count ?? 0) + group.count, places });
  }

  /** In the order in which they came up. */
  groups(): ProblemGroup[] {
    return [...this.#groups.values()];
  }

  /** The first problems of the first groups, at most ten. */
  listed(): DataProblem[] {
    const each = Math.max(1, Math.floor(MAX_LISTED / this.#groups.size));
    return this.groups()
      .slice(0, MAX_LISTED)
      .flatMap(({ places, code, message, fix }) =>
        places.slice(0, each).map((place) => ({ code, message, fix, ...place })),
      );
  }

  /** @param rows how many rows were read, the unusable ones included */
  describe(rows: number): string {
    const listed = this.listed();
    const told = this.groups().slice(0, MAX_LISTED);
    const groups = told.map(({ message, fix, count }) => {
      const places = listed.filter((problem) => problem.message === message);
      const more = count > places.length ? [`    and ${count - places.length} more`] : [];
      const lines = places.map((place) => `    ${placeOf(place)}  ${place.value}`);
      return [`  ${message} (${count}): ${fix}`, ...lines, ...more].join('\n');
    });
    const others = this.#groups.size - told.length;
    const more = others > 0 ? [`  and ${others} other problems`] : [];
    return [`${this.count} of ${rows} rows cannot be used`, ...groups, ...more].join('\n');
  }
}
