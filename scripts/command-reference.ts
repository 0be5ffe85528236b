/** The reference of the commands: what each says of itself, so that it cannot say anything else. */
import { PassThrough } from 'node:stream';
import type { Command, CommandUnknownOpts } from '@commander-js/extra-typings';
import { z } from 'zod';
import type { Context } from '../cli/context.ts';
import { EXIT } from '../cli/errors.ts';
import { shownCommands } from '../cli/help.ts';
import { ANSWERS, failure } from '../cli/json/answers.ts';
import { Output } from '../cli/output.ts';
import { type NamedSchema, shapeOf } from './json-shape.ts';

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

/** The documents as JSON Schema; those with a name are in `$defs`. */
function jsonSchema(documents: Readonly<Record<string, z.ZodType>>): NamedSchema {
  return z.toJSONSchema(z.strictObject(documents), { unrepresentable: 'any' }) as NamedSchema;
}

const typescript = (text: string): string => `\`\`\`ts\n${text}\n\`\`\``;

/** The page of a command: its help, what it ends with and what it prints for programs. */
function page(command: CommandUnknownOpts, help: string, documents: NamedSchema): string {
  const name = nameOf(command).replace(/^temper /, '');
  const answer = ANSWERS[name];
  const schema = documents.properties?.[name];
  if (!answer || !schema) throw new Error(`cli/json/answers.ts does not say what temper ${name} prints with --json`);
  return [
    `## \`temper ${name}\``,
    `\`\`\`text\n${help}\n\`\`\``,
    `Ends with ${answer.exits.join(', ')}. With \`--json\` it prints${answer.lines ? ', a line each' : ''}`,
    typescript(shapeOf(schema)),
  ].join('\n\n');
}

/** One section for each command, in Markdown, and one for each document that several commands print. */
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
  const documents = jsonSchema({
    ...Object.fromEntries(Object.entries(ANSWERS).map(([name, { document }]) => [name, document])),
    failure,
  });
  const intro = [
    '# Commands',
    '<!-- Written by `npm run docs` from cli/commands/ and cli/json/: change the descriptions there. -->',
    'What `temper COMMAND --help` says, what a command ends with ([exit codes](cli.md#exit-codes)) and what it prints with ' +
      '`--json`, as TypeScript would write it; [documents](#documents) with a name are at the end. In place of a document, ' +
      'an error is a `Failure`. What the commands have in common is in [cli.md](cli.md).',
  ];
  const named = Object.entries(documents.$defs ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, schema]) => typescript(`type ${name} = ${shapeOf(schema)}`));
  const pages = leaves(program).map((command) => page(command, helpOf(command), documents));
  return `${[...intro, ...pages, '## Documents', ...named].join('\n\n')}\n`;
}
