import { Argument, Command } from '@commander-js/extra-typings';
import { SCRIPTS, SHELLS } from '../completion/scripts.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';

/** `temper completion SHELL`: what makes the Tab key know commands, options, files, runs and endpoints. */
export function completionCommand(context: Context) {
  const command = new Command('completion')
    .summary('let the Tab key complete commands and names')
    .description('print what lets the Tab key complete commands, options, files, runs and endpoints')
    .addArgument(new Argument('<shell>', 'the shell that it is for').choices(SHELLS))
    .action((shell) => context.output.result({ shell, script: SCRIPTS[shell] }, SCRIPTS[shell]));
  return withExamples(
    command,
    [`echo 'eval "$(temper completion bash)"' >> ~/.bashrc`, 'bash, from the next shell on'],
    [`echo 'eval "$(temper completion zsh)"' >> ~/.zshrc`, 'zsh'],
    ['temper completion fish > ~/.config/fish/completions/temper.fish', 'fish'],
  );
}
