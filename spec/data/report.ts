/** What a look at a data set finds: what `temper check --json` prints of it. */

import type { TrainingTarget } from '../bedrock/training-data.ts';
import type { SplitName } from '../record.ts';
import type { Kind } from './examples.ts';
import type { Format } from './formats.ts';
import type { ProblemGroup } from './problems.ts';

/** A path of the spec: one source, or splits that are given. */
export type PartName = 'source' | SplitName;

export interface TokensPerRow {
  readonly min: number;
  readonly median: number;
  readonly p95: number;
  readonly max: number;
}

/** Of the rows that can be used. */
export interface PartStats {
  readonly rows: number;
  /** In UTF-16 units, as JavaScript counts: one for nearly every character, two for an emoji. */
  readonly characters: number;
  /** Estimated: one for every four bytes of UTF-8. */
  readonly tokens: number;
  readonly tokensPerRow: TokensPerRow;
  /** Rows whose question stands in the data set before. */
  readonly repeated: number;
  /** Rows of each label, the most frequent first; of a classifier only. */
  readonly labels?: Readonly<Record<string, number>>;
}

export interface FileStats {
  readonly name: string;
  /** As it is stored. */
  readonly bytes: number;
  /** Of its bytes, uncompressed; none of a Parquet file, which is not read from end to end. */
  readonly sha256?: string;
}

export interface DataStats {
  readonly parts: { readonly [P in PartName]?: PartStats };
  readonly files: readonly FileStats[];
  /** Fields that no column is read from, and in how many rows they stand. */
  readonly unusedFields: Readonly<Record<string, number>>;
}

/** What the data is to a model of Bedrock, beside what it is to any. */
export interface TargetReport {
  readonly target: TrainingTarget;
  /** Rows to train on, and for validation, that the model takes. */
  readonly records: { readonly train: number; readonly validation: number };
  /** Estimated, of both. */
  readonly tokens: number;
  readonly errors: readonly ProblemGroup[];
  readonly warnings: readonly ProblemGroup[];
}

export interface DataReport {
  /** Whether a run would take the data. */
  readonly ok: boolean;
  /** Absent where the rows look like none. */
  readonly format?: Format;
  /** What a run makes of its rows. */
  readonly kind?: Kind;
  readonly errors: readonly ProblemGroup[];
  readonly warnings: readonly ProblemGroup[];
  readonly stats: DataStats;
  /** Of each model that was asked about, in their order. */
  readonly targets: readonly TargetReport[];
}
