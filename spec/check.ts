/** What `temper check` finds, of a spec, its files and its data. */
import type { DataReport } from './data/report.ts';

/** Everything that is wrong in one way. */
export interface CheckFinding {
  /** `temper explain CODE` */
  readonly code: string;
  readonly message: string;
  readonly fix?: string;
  /** Where the first of them is; no line for a file as a whole. */
  readonly file: string;
  readonly line?: number;
  readonly count: number;
  /** The first ten of them. */
  readonly places: readonly { readonly file: string; readonly line?: number; readonly value?: string }[];
}

/** A corrected copy of the data. */
export interface FixedReport {
  /** Whether a run would take the copy. */
  readonly ok: boolean;
  /** Absolute paths. */
  readonly files: readonly { readonly file: string; readonly rows: number }[];
  /** What was done to rows, and to how many. */
  readonly changed: Readonly<Record<string, number>>;
  /** Why rows are not in the copy, and how many. */
  readonly leftOut: Readonly<Record<string, number>>;
}

export interface CheckReport extends Partial<Omit<DataReport, 'ok' | 'errors' | 'warnings'>> {
  /** Whether a run would take it. */
  readonly ok: boolean;
  /** As it was given. */
  readonly file: string;
  readonly errors: readonly CheckFinding[];
  readonly warnings: readonly CheckFinding[];
  readonly fixed?: FixedReport;
}
