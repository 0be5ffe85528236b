import { PassThrough } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { runCli } from '../../../cli/cli.ts';
import type { Context } from '../../../cli/context.ts';
import { EXIT, type ExitCode } from '../../../cli/errors.ts';
import { Output, type Sink } from '../../../cli/output.ts';
import { CONDITION_MS } from '../../support/limits.ts';
import { checkDocumented } from './documented.ts';

export interface CliRun {
  /** What has come so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Ctrl-C. */
  readonly interrupt: () => void;
  /** Types a line. */
  readonly type: (line: string) => void;
  readonly done: Promise<CliResult>;
}

export interface CliResult {
  readonly exitCode: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CliOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** Whether stdout is a terminal. */
  readonly terminal?: boolean;
  /** Width of it. */
  readonly columns?: number;
}

/** Starts the CLI in this process, with captured output. */
export function startCli(argv: readonly string[], options: CliOptions = {}): CliRun {
  const { env = {}, cwd = import.meta.dirname, terminal = false, columns = 120 } = options;
  const stdin = Object.assign(new PassThrough(), { isTTY: terminal });
  const stdout = capture(terminal, columns);
  const stderr = capture(terminal, columns);
  const interrupt = new AbortController();
  const done = runCli(argv, {
    stdin,
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: { PATH: process.env.PATH, ...env },
    cwd,
    signal: interrupt.signal,
  }).then((exitCode) => {
    checkDocumented(argv, stdout.text());
    return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
  });
  return {
    stdout: stdout.text,
    stderr: stderr.text,
    interrupt: () => interrupt.abort(),
    type: (line) => stdin.write(`${line}\n`),
    done,
  };
}

/** Runs the CLI in this process to its end. */
export function cli(argv: readonly string[], options?: CliOptions): Promise<CliResult> {
  return startCli(argv, options).done;
}

function capture(isTTY: boolean, columns = 120): { stream: Sink; text: () => string } {
  const stream = Object.assign(new PassThrough(), { isTTY, columns });
  let text = '';
  stream.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  return { stream, text: () => text };
}

/** What commands are made with where none is run. */
export function idleContext(): Context {
  const { stream } = capture(false);
  const output = new Output({ stdout: stream, stderr: stream, env: {}, json: false, quiet: false, debug: false });
  return {
    output,
    stdin: new PassThrough(),
    env: {},
    cwd: '/',
    signal: new AbortController().signal,
    exitCode: EXIT.done,
  };
}

/** Resolves once the condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + CONDITION_MS;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`it never came to: ${condition}`);
    await setTimeout(20);
  }
}
