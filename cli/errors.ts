import type { CommandCode } from '../spec/errors/command-line.ts';
import type { PipelineCode } from '../spec/errors/pipeline.ts';
import { nearest } from '../spec/suggest.ts';

/** What the process exits with; part of the interface, as scripts branch on it. */
export const EXIT = {
  done: 0,
  failed: 1,
  /** Wrong usage or invalid input: nothing was started. */
  usage: 2,
  /** The run did its work and the gate said no. */
  rejected: 3,
  cancelled: 4,
  /** The run did its work and a person, or the deadline, said no. */
  declined: 5,
  /** Ctrl-C before the end of what was followed; as shells have it, 128 + SIGINT. */
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A code of the catalogue in spec/errors/: what `temper explain` knows. */
export type UserCode = CommandCode | PipelineCode;

/**
 * Something a person can put right. It is shown as its message and its fix, without a stack; everything else that is
 * thrown is a fault of ours, and shows its stack with `--debug`.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  /** Stable, for `--json`: `InvalidSpec`. */
  readonly code: UserCode;
  /** What to do about it. */
  readonly fix?: string;
  readonly exitCode: ExitCode;

  constructor(
    code: UserCode,
    message: string,
    options: { fix?: string | undefined; exitCode?: ExitCode; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.code = code;
    if (options.fix !== undefined) this.fix = options.fix;
    this.exitCode = options.exitCode ?? EXIT.failed;
  }
}

/** Whose message says it all. */
const PLAIN: ReadonlySet<string> = new Set<UserCode>([
  'Usage',
  'UnknownCode',
  'Internal',
  'RunNotFound',
  'RunAmbiguous',
]);

/** Where there is more to read about an error, for people; nothing where its message says it all. */
export function furtherReading(code: string): string | undefined {
  return PLAIN.has(code) ? undefined : `temper explain ${code}`;
}

/** Wrong usage or invalid input, exit code 2. */
export function usageError(code: UserCode, message: string, fix?: string): UserError {
  return new UserError(code, message, { fix, exitCode: EXIT.usage });
}

/** What to do about a name that nothing has: take the one that was probably meant, or what is said otherwise. */
export function didYouMean(given: string, known: readonly string[], otherwise?: string): string | undefined {
  const meant = nearest(given, known);
  return meant === undefined ? otherwise : `did you mean ${meant}?`;
}

/** Why a file could not be read. */
export function whyUnreadable({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'no such file';
  return code === 'EISDIR' ? 'it is a directory' : message;
}
