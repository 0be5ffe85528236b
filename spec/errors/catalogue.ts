/** Every code that a user of Temper can meet, with what it means: `temper explain`, docs/errors.md. */
import { COMMAND_ERRORS } from './command-line.ts';
import { DATA_ERRORS } from './data.ts';
import type { ErrorEntry } from './entry.ts';
import { PIPELINE_ERRORS } from './pipeline.ts';
import { SPEC_ERRORS } from './spec-file.ts';

export interface ErrorGroup {
  readonly title: string;
  /** Where its codes are met. */
  readonly about: string;
  readonly entries: Readonly<Record<string, ErrorEntry>>;
}

/** In the order in which people meet them. A code may be in two groups: `wrong_type` is one of specs and one of rows. */
export const ERROR_GROUPS: readonly ErrorGroup[] = [
  {
    title: 'temper.yaml',
    about: 'problems of a spec, each with its line; the run is not started',
    entries: SPEC_ERRORS,
  },
  {
    title: 'data',
    about: 'problems of rows, grouped, with their lines; nothing is uploaded',
    entries: DATA_ERRORS,
  },
  {
    title: 'commands',
    about: 'what stops a command; the code is in error.code with --json',
    entries: COMMAND_ERRORS,
  },
  {
    title: 'runs',
    about:
      'how a run fails, or what it waits for; the code is in failure.code of its record, and on the failure in Temporal',
    entries: PIPELINE_ERRORS,
  },
];

export interface ExplainedError extends ErrorEntry {
  readonly code: string;
  readonly group: string;
}

/** All codes, in the order of the groups. */
export const EXPLAINED: readonly ExplainedError[] = ERROR_GROUPS.flatMap(({ title, entries }) =>
  Object.entries(entries).map(([code, entry]) => ({ code, group: title, ...entry })),
);

/** What there is to say of a code, in whatever case it is written; one for each group that has it, none where none has. */
export function explain(code: string): ExplainedError[] {
  return EXPLAINED.filter((each) => each.code.toLowerCase() === code.toLowerCase());
}
