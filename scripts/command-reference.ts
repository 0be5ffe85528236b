/** The reference of the commands: what each says of itself, so that it cannot say anything else. */
import { PassThrough } from 'node:stream';
import type { Command, CommandUnknownOpts } from '@commander-js/extra-typings';
import type { Context } from '../cli/context.ts';
import { EXIT } from '../cli/errors.ts';
import { shownCommands } from '../cli/help.ts';
import { Output } from '../cli/output.ts';

/** A place without a terminal, whose output is the pages. */
function nowhere(write: (text: string) => void): Context {
  const stdout = new PassThrough();
  stdout.on('data', (text: Buffer) => write(text.toString()));
  const stderr = new PassThrough();
  const output = new Output({ stdout, stderr, env: {}, json: false, quiet: false, debug: false });
  return { output, stdin: new PassThrough(), env: {}, cwd: '/', signal: output.closed, exitCode: EXIT.done };
}

/** The commands that do something and are shown, in the order of the help. */
function leaves(command: CommandUnknownOpts): CommandUnknownOpts[] {
  return command.commands.length === 0 ? [command] : shownCommands(command).flatMap(leaves);
}

function nameOf(command: CommandUnknownOpts): string {
  return command.parent ? `${nameOf(command.parent)} ${command.name()}` : command.name();
}

/** One section for each command, in Markdown. */
export function commandReference(createProgram: (context: Context) => Command): string {
  let written = '';
  const program = createProgram(
    nowhere((text) => {
      written += text;
    }),
  );
  const helpOf = (command: CommandUnknownOpts): string => {
    written = '';
    command.outputHelp();
    return written.trimEnd();
  };
  const page = (command: CommandUnknownOpts): string =>
    [`## \`${nameOf(command)}\``, `\`\`\`text\n${helpOf(command)}\n\`\`\``].join('\n\n');
  const intro = [
    '# Commands',
    '<!-- Written by `npm run docs` from cli/commands/: change the descriptions there. -->',
    'What `temper COMMAND --help` says. What they have in common is in [cli.md](cli.md).',
  ];
  return `${[...intro, ...leaves(program).map(page)].join('\n\n')}\n`;
}
