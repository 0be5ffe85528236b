import { Command } from '@commander-js/extra-typings';
import { completionOf, matching } from '../completion/candidates.ts';
import type { Context } from '../context.ts';

/** `temper complete -- WORDS`: what could stand in the place of the last word. Asked by the scripts of `completion`. */
export function completeCommand(context: Context) {
  const command: Command<[string[]]> = new Command('complete')
    .description('print what could stand in the place of the last word, for the scripts of temper completion')
    .argument('[words...]', 'the command line behind temper')
    .action(async (words) => {
      const root = command.parent;
      if (!root) return;
      const { candidates, kind, prefix } = completionOf(root, words);
      const shown = [...candidates];
      if (kind === 'file' || kind === 'directory') shown.push({ value: `:${kind}` });
      else if (kind) {
        const { namesOf } = await import('../completion/ask.ts');
        const names = await namesOf(kind, context);
        const whole = names.map(({ value, description }) => ({
          value: prefix + value,
          ...(description && { description }),
        }));
        shown.push(...matching(whole, words.at(-1) ?? ''));
      }
      const lines = shown.map(({ value, description = '' }) => `${value}\t${description.split('\n')[0]}`.trimEnd());
      // Whatever stands among the words, such as --json, is not meant for this command.
      if (lines.length > 0) context.output.help(lines.join('\n'));
    });
  return command;
}
