import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';
import { reason } from '../options.ts';
import { decideWith } from '../runs/decide-command.ts';

/** `temper approve RUN`: let a run hand its model over. */
export function approveCommand(context: Context) {
  const command = new Command('approve')
    .summary('approve the model that a run waits to hand over')
    .description('show what a run that waits for approval has found, and approve its model: it is handed over then')
    .argument('<run>', 'workflow id, an unambiguous part of it, or a name of which one run waits')
    .option('--comment <text>', 'why; it stays in the record', reason)
    .option('--by <person>', 'who approves; TEMPER_USER, or the user of this machine, where not given')
    .option('--evidence <hash>', 'approve only what has this evidence, as show --json has it')
    .option('-y, --yes', 'approve without asking; asked is only on a terminal')
    .action((run, options) => decideWith(context, 'approve', run, options));
  return withExamples(
    command,
    ['temper approve product-reviews', 'see what was found, and say yes'],
    ['temper approve 7f3a9c --comment "answers read well" --yes', 'without being asked'],
  );
}
