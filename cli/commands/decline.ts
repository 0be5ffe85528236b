import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';
import { reason } from '../options.ts';
import { decideWith } from '../runs/decide-command.ts';

/** `temper decline RUN`: let a run end without handing its model over. */
export function declineCommand(context: Context) {
  const command = new Command('decline')
    .summary('decline the model that a run waits to hand over')
    .description('show what a run that waits for approval has found, and decline its model: nothing is deployed')
    .argument('<run>', 'workflow id, an unambiguous part of it, or a name of which one run waits')
    .requiredOption('--comment <text>', 'why; it stays in the record', reason)
    .option('--by <person>', 'who declines; TEMPER_USER, or the user of this machine, where not given')
    .option('--evidence <hash>', 'decline only what has this evidence, as show --json has it')
    .option('-y, --yes', 'decline without asking; asked is only on a terminal')
    .action((run, options) => decideWith(context, 'decline', run, options));
  return withExamples(command, [
    'temper decline product-reviews --comment "too terse"',
    'the one run of a model that waits',
  ]);
}
