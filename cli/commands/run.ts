import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';
import { repeated, runId } from '../options.ts';

/** `temper run FILE`: start a run and follow it until it ends. */
export function runCommand(context: Context) {
  const command = new Command('run')
    .summary('start a run and follow it to its end')
    .description('start the run that a spec file describes, and follow it until it ends')
    .argument('<file>', 'the spec, such as temper.yaml')
    .option('--set <path=value>', 'set a value of the spec, train.hyperparameters.epochs=5; may be repeated', repeated)
    .option('--id <id>', 'name the run, 4 to 10 letters and digits: given twice, it is not started twice', runId)
    .option('--detach', 'return once the data is uploaded')
    .option('-y, --yes', 'start without asking; asked is only on a terminal, where AWS bills for the run')
    .addHelpText('after', '\nCtrl-C stops following; the run goes on.')
    .action(async (file, { set, id, detach, yes }) => {
      const { readSpec } = await import('../runs/read-spec.ts');
      const { startRun } = await import('../runs/start.ts');
      const spec = await readSpec(context, file, set ?? []);
      await startRun(context, spec, { id, detach: detach === true, yes: yes === true });
    });
  return withExamples(
    command,
    ['temper run temper.yaml', 'start the run, and follow it to its end'],
    ['temper run temper.yaml --set train.hyperparameters.epochs=5', 'with another value for this one run'],
    ['temper run temper.yaml --detach', 'upload the data and come back'],
    ['temper run temper.yaml --id build42', 'in a script that may be run twice'],
  );
}
