import type { ExitCode } from './errors.ts';
import type { Output, Source } from './output.ts';

/**
 * What a command works with; nothing in a handler reaches for the process itself.
 *
 * A command is a function in a file of its own, `cli/commands/dev/up.ts` for `temper dev up`, that takes the context
 * and returns a commander `Command`, whose action parses, calls and renders. `--json`, `--quiet` and `--debug` are added
 * to all.
 * What an action needs beyond commander is imported inside it, so that `--help` loads neither Temporal nor AWS.
 */
export interface Context {
  readonly output: Output;
  /** Where answers to questions come from. */
  readonly stdin: Source;
  readonly env: NodeJS.ProcessEnv;
  /** Relative paths on the command line start here. */
  readonly cwd: string;
  /** Aborted by Ctrl-C, SIGTERM, or when nobody reads the output any more. */
  readonly signal: AbortSignal;
  /** What the process ends with once the action is through; 0 where it sets nothing. */
  exitCode: ExitCode;
}
