/** What the quickstart shows, step by step. */

/** A command of temper as a person would give it, and how it ends, by exit code. */
export interface Command {
  readonly words: readonly string[];
  /** 0 where not given. */
  readonly exits?: number;
}

/** What happens meanwhile without temper: it tells what it was. */
export interface Arrival {
  arrive(env: NodeJS.ProcessEnv): Promise<string>;
}

export type Step = Command | Arrival;

export interface Tour {
  /** What stands in the way, as where it was taken before and can be taken once. */
  readonly hindrance?: (env: NodeJS.ProcessEnv) => Promise<string | undefined>;
  readonly steps: readonly Step[];
  /** What to do next, told at the end. */
  readonly more: readonly string[];
}

/** A command from its words, as they stand in a terminal. */
export const temper = (...words: string[]): Command => ({ words });
