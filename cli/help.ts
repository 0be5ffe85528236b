/** How help looks, and the examples in it. */
import { type Command, type CommandUnknownOpts, Help } from '@commander-js/extra-typings';
import type { Output } from './output.ts';

export interface Example {
  /** As it is typed: `temper ls --limit 5`. */
  readonly line: string;
  readonly does: string;
}

/** Lines that are longer are harder to read. */
const WIDEST = 80;
/** Texts beside their terms are wrapped down to this width. */
export const NARROWEST = 16;

const examples = new WeakMap<CommandUnknownOpts, readonly Example[]>();

/** Puts examples under a command's help, and into the reference of commands. */
export function withExamples<C extends CommandUnknownOpts>(command: C, ...shown: [line: string, does: string][]): C {
  examples.set(
    command,
    shown.map(([line, does]) => ({ line, does })),
  );
  return command;
}

/** The examples of a command; none where it has subcommands, which have their own. */
export function examplesOf(command: CommandUnknownOpts): readonly Example[] {
  return examples.get(command) ?? [];
}

/** The commands under a command that are for people; that for shells is not, and help is everywhere. */
export function shownCommands(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return new Help().visibleCommands(command).filter((each) => command.commands.includes(each));
}

/** Gives the program, and every command that is added to it, help for terminals of any width. */
export function configureHelp(root: Command, output: Output): void {
  const { bold, dim } = output.style;
  root
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show the help of a command')
    .configureHelp({
      // That there are options needs no saying.
      subcommandTerm: (command) => [command.name(), ...command.registeredArguments.map(argumentTerm)].join(' '),
      styleTitle: (title) => bold(title),
      minWidthToWrap: NARROWEST,
    })
    .addHelpText('afterAll', ({ command }) => examplesText(command, bold, dim))
    .configureOutput({
      writeOut: (text) => output.help(output.hint(text)),
      writeErr: (text) => output.note({ code: 'usage', text: text.trimEnd() }),
      // Errors are shown in the form of every other one.
      outputError: () => {},
      getOutHelpWidth: () => Math.min(output.columns, WIDEST),
      getErrHelpWidth: () => Math.min(output.columns, WIDEST),
      // Styles change nothing where there are no colours.
      getOutHasColors: () => true,
      getErrHasColors: () => true,
    });
}

type Argument = CommandUnknownOpts['registeredArguments'][number];

function argumentTerm(argument: Argument): string {
  const name = argument.name() + (argument.variadic ? '...' : '');
  return argument.required ? `<${name}>` : `[${name}]`;
}

function examplesText(command: CommandUnknownOpts, bold: (text: string) => string, dim: (text: string) => string) {
  const shown = examplesOf(command);
  if (shown.length === 0) return '';
  return ['', bold('Examples:'), ...shown.flatMap(({ line, does }) => [dim(`  # ${does}`), `  ${line}`])].join('\n');
}
