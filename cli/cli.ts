/** The command line as a function: what `main.ts` gives the process to, and tests call. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, type CommandOptions, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { approveCommand } from './commands/approve.ts';
import { cancelCommand } from './commands/cancel.ts';
import { checkCommand } from './commands/check.ts';
import { compareCommand } from './commands/compare.ts';
import { completeCommand } from './commands/complete.ts';
import { completionCommand } from './commands/completion.ts';
import { declineCommand } from './commands/decline.ts';
import { devCommand } from './commands/dev/index.ts';
import { doctorCommand } from './commands/doctor.ts';
import { driftCommand } from './commands/drift.ts';
import { explainCommand } from './commands/explain.ts';
import { historyCommand } from './commands/history.ts';
import { initCommand } from './commands/init.ts';
import { invokeCommand } from './commands/invoke.ts';
import { logsCommand } from './commands/logs.ts';
import { lsCommand } from './commands/ls.ts';
import { modelsCommand } from './commands/models.ts';
import { orphansCommand } from './commands/orphans.ts';
import { planCommand } from './commands/plan.ts';
import { rerunCommand } from './commands/rerun.ts';
import { resumeCommand } from './commands/resume.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { runCommand } from './commands/run.ts';
import { scheduleCommand } from './commands/schedule/index.ts';
import { showCommand } from './commands/show.ts';
import { uploadCommand } from './commands/upload.ts';
import { watchCommand } from './commands/watch.ts';
import { workerCommand } from './commands/worker.ts';
import type { Context } from './context.ts';
import { didYouMean, EXIT, type ExitCode, type UserError, usageError } from './errors.ts';
import { configureHelp } from './help.ts';
import { installed } from './installation.ts';
import { Output, type Sink, type Source } from './output.ts';

/** What a command line runs with: the process's own, or a test's. */
export interface Io {
  readonly stdin: Source;
  readonly stdout: Sink;
  readonly stderr: Sink;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  /** Stands for Ctrl-C. */
  readonly signal: AbortSignal;
}

/** In the order of `temper --help`, which is that of a user's path. */
const COMMANDS: Readonly<Record<string, readonly ((context: Context) => CommandUnknownOpts)[]>> = {
  'Getting started': [initCommand, doctorCommand, checkCommand, planCommand],
  Runs: [
    runCommand,
    rerunCommand,
    resumeCommand,
    lsCommand,
    showCommand,
    compareCommand,
    watchCommand,
    logsCommand,
    approveCommand,
    declineCommand,
    cancelCommand,
    uploadCommand,
    orphansCommand,
  ],
  Models: [modelsCommand, invokeCommand, historyCommand, driftCommand, rollbackCommand],
  Schedules: [scheduleCommand],
  Machines: [workerCommand, devCommand],
  Help: [explainCommand, completionCommand],
};

/** Runs one command; `argv` starts after the program's name. Never rejects: what went wrong is shown, and the exit code. */
export async function runCli(argv: readonly string[], io: Io): Promise<ExitCode> {
  // Read here and not from the parsed options, so that an error in parsing takes the asked form too.
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  const given = (option: string): boolean => words.some((word) => word === option || word.startsWith(`${option}=`));
  const output = new Output({
    stdout: io.stdout,
    stderr: io.stderr,
    env: io.env,
    json: given('--json'),
    quiet: given('--quiet'),
    debug: given('--debug'),
  });
  const context: Context = {
    output,
    stdin: io.stdin,
    env: io.env,
    cwd: io.cwd,
    signal: AbortSignal.any([io.signal, output.closed]),
    exitCode: EXIT.done,
  };
  const root = createProgram(context);
  try {
    await root.parseAsync(misnamed(root, argv) ?? argv, { from: 'user' });
    return context.exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) return output.failure(error);
    if (error.exitCode === 0) return EXIT.done;
    // Help that stands in for a missing subcommand has said it all.
    return error.code === 'commander.help' ? EXIT.usage : output.failure(parsingError(error, namedBy(root, argv)));
  }
}

/** The program with all of its commands. */
export function createProgram(context: Context): Command {
  const root = new Command('temper')
    .description('Durable fine-tuning pipelines for Amazon SageMaker and Amazon Bedrock, on Temporal')
    .version(version(), '--version', 'print the version')
    .exitOverride()
    .commandsGroup('Help:');
  configureHelp(root, context.output);
  for (const [group, commands] of Object.entries(COMMANDS)) {
    for (const create of commands) adopt(root, create(context).helpGroup(`${group}:`));
  }
  adopt(root, completeCommand(context), { hidden: true });
  return root;
}

/** The words up to one that names no command: asked for its help, commander would show that of all. */
function misnamed(root: CommandUnknownOpts, argv: readonly string[]): string[] | undefined {
  const words = argv[0] === 'help' ? argv.slice(1) : argv;
  let command = root;
  for (const [index, word] of words.entries()) {
    if (command.commands.length === 0 || word.startsWith('-') || word === 'help') return undefined;
    const next = command.commands.find((each) => each.name() === word);
    if (!next) return words.slice(0, index + 1);
    command = next;
  }
  return undefined;
}

/** Adds a command with all of its own, and gives each the options that every command has. */
function adopt(parent: CommandUnknownOpts, command: CommandUnknownOpts, options: CommandOptions = {}): void {
  command.copyInheritedSettings(parent);
  parent.addCommand(command, options);
  for (const child of command.commands) {
    child.copyInheritedSettings(command);
    common(child);
  }
  if (command.commands.length === 0) common(command);
}

function common(command: CommandUnknownOpts): void {
  if (!command.options.some((option) => option.long === '--json')) {
    command.option('--json', 'print one JSON document; errors too');
  }
  command.option('--quiet', 'print the answer and errors, nothing else');
  command.option('--debug', 'show the stack of an error');
}

/** The command that words begin with: `temper schedule show`. */
function namedBy(root: CommandUnknownOpts, [word, ...rest]: readonly string[]): string {
  const command = root.commands.find((each) => each.name() === word);
  return command ? `${root.name()} ${namedBy(command, rest)}` : root.name();
}

/** @param command what was called */
function parsingError(error: CommanderError, command: string): UserError {
  const [, given, choices] =
    /(?:argument|value) '([^']*)' is invalid.* Allowed choices are (.*)\.$/.exec(error.message) ?? [];
  if (given !== undefined && choices !== undefined) {
    const fix = didYouMean(given, choices.split(', '));
    return usageError('Usage', `${JSON.stringify(given)} is not one of ${choices}`, fix);
  }
  const [message = '', hint] = error.message.replace(/^error: /, '').split('\n');
  return usageError('Usage', message, hint?.replace(/^\(Did (.*)\)$/, 'did $1') ?? `see: ${command} --help`);
}

function version(): string {
  return (JSON.parse(readFileSync(installed('package.json'), 'utf8')) as { version: string }).version;
}
