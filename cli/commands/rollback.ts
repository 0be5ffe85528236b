import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';
import { modelName, positive, reason, runId } from '../options.ts';

/** `temper rollback NAME`: the version before serves again. */
export function rollbackCommand(context: Context) {
  const command = new Command('rollback')
    .summary('let the version before the newest serve again')
    .description(
      'hand an earlier version over again: a run that trains nothing puts its model on what serves, proves it by a smoke test, or puts the newest one back; it becomes the newest version',
    )
    .argument('<name>', 'the name of the model', modelName)
    .option(
      '--to <version>',
      'number of the version, as temper history has it; the one before where not given',
      positive,
    )
    .option('--comment <text>', 'why, for the history', reason)
    .option('--id <id>', 'name the run, 4 to 10 letters and digits: given twice, it is not started twice', runId)
    .option('--detach', 'return once it is started')
    .option('-y, --yes', 'start without asking; asked is only on a terminal, where AWS bills for what serves')
    .option('--region <region>', 'AWS region to look in')
    .option('--bucket <bucket>', 'bucket that its runs work in')
    .addHelpText('after', '\nCtrl-C stops following; the rollback goes on.')
    .action(async (name, { to, comment, id, detach, yes, region, bucket }) => {
      const { withTemporal } = await import('../temporal.ts');
      const { rollback } = await import('../versions/rollback.ts');
      const options = { to, comment, id, detach: detach === true, yes: yes === true, region, bucket };
      await withTemporal(context, (temporal) => rollback(context, temporal, name, options));
    });
  return withExamples(
    command,
    ['temper rollback product-reviews --comment "refuses French"', 'the version before, with the reason'],
    ['temper rollback product-reviews --to 3', 'a certain one'],
  );
}
