import { relative, resolve } from 'node:path';
import { Argument, Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { didYouMean, usageError } from '../errors.ts';
import { withExamples } from '../help.ts';
import { TEMPLATE_NAMES, TEMPLATES, type Template } from '../init/templates.ts';

/** `temper init TEMPLATE`: a project to begin with. */
export function initCommand(context: Context) {
  const command = new Command('init')
    .summary('write a run to begin with')
    .description(
      'write a run to begin with: temper.yaml, its scripts and data, which run as they are; no file is written over',
    )
    .addHelpText('after', `\nTemplates:\n${templateList()}`)
    .addArgument(new Argument('[template]', 'what to begin with').choices(TEMPLATE_NAMES))
    .option('--dir <directory>', 'where to; made where it is not there', '.')
    .action(async (template, { dir }) => {
      const { writeTemplate } = await import('../init/write.ts');
      const { nextSteps } = await import('../init/next-steps.ts');
      const { renderWritten } = await import('../rendering/init.ts');
      const { output, cwd } = context;
      const chosen = template ?? (await askWhich(context));
      const directory = relative(cwd, resolve(cwd, dir)) || '.';
      const files = await writeTemplate(chosen, resolve(cwd, dir));
      const written = { template: chosen, directory, files, next: nextSteps(context, directory) };
      output.result(written, output.hint(renderWritten(written, output)));
    });
  return withExamples(
    command,
    ['temper init classification', 'here'],
    ['temper init chat --dir support-chat', 'in a directory of its own'],
  );
}

function templateList(): string {
  const width = Math.max(...TEMPLATE_NAMES.map((name) => name.length));
  return TEMPLATE_NAMES.map((name) => `  ${name.padEnd(width)}  ${TEMPLATES[name]}`).join('\n');
}

/** Throws where nobody is there to answer, or the answer is no template. */
async function askWhich(context: Context): Promise<Template> {
  const { ask } = await import('../ask.ts');
  const answer = await ask(context, `${templateList()}\n\n  begin with [${TEMPLATE_NAMES[0]}]: `);
  const chosen = answer === '' ? TEMPLATE_NAMES[0] : TEMPLATE_NAMES.find((name) => name === answer);
  if (chosen) return chosen;
  const all = TEMPLATE_NAMES.join(', ');
  if (answer === undefined) {
    throw usageError('Usage', `not given what to begin with: ${all}`, `temper init ${TEMPLATE_NAMES[0]}`);
  }
  throw usageError('Usage', `${JSON.stringify(answer)} is not one of ${all}`, didYouMean(answer, TEMPLATE_NAMES));
}
