/** What `temper check` finds, of a spec, its files and its data. */
import type { Customization, TrainingFormat } from './bedrock/customization.ts';
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

/** What the data is to base models of Bedrock that take the same of it. */
export interface FamilyReport {
  /** Ids. */
  readonly models: readonly string[];
  readonly names: readonly string[];
  readonly customization: Customization;
  readonly format: TrainingFormat;
  /** Whether a job of them would take the data, as far as can be known. */
  readonly fits: boolean;
  /** No longer in AWS's list of models that can be customized. */
  readonly delisted: boolean;
  /** Rows that they take; of a source that is to be divided, about as many as a run will train on. */
  readonly records: { readonly train: number; readonly validation: number };
  /** Estimated. */
  readonly tokens: number;
  readonly errors: readonly CheckFinding[];
  readonly warnings: readonly CheckFinding[];
}

export interface CheckReport extends Partial<Omit<DataReport, 'ok' | 'errors' | 'warnings' | 'targets'>> {
  /** Whether a run would take it. */
  readonly ok: boolean;
  /** As it was given. */
  readonly file: string;
  readonly errors: readonly CheckFinding[];
  readonly warnings: readonly CheckFinding[];
  /** Of the model that the data is to customize, whose errors stand among the others; or of all models. */
  readonly families?: readonly FamilyReport[];
  readonly fixed?: FixedReport;
}
