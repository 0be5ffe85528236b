import { Command, Option } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';
import { modelName, reason } from '../../options.ts';

/** `temper schedule trigger NAME`: a firing now. */
export function triggerCommand(context: Context) {
  const command = new Command('trigger')
    .summary('let a schedule fire now, and follow its run')
    .description(
      'let a schedule fire now and train, whatever its conditions say, within its budget and where no run of the name is open; and follow the run to its end. A paused schedule can be triggered, and stays paused',
    )
    .argument('<schedule>', 'the name of the model', modelName)
    .option('--comment <text>', 'why, for the record of the run', reason)
    .addOption(
      new Option('--when-due', 'its conditions decide, as they do by the clock, not a --comment').conflicts('comment'),
    )
    .option('--detach', 'return once it fires')
    .option('-y, --yes', 'start without asking; asked is only on a terminal, where AWS bills for the run')
    .addHelpText('after', '\nCtrl-C stops following; the run goes on.')
    .action(async (name, { comment, whenDue, detach, yes }) => {
      const { withTemporal } = await import('../../temporal.ts');
      const { triggerSchedule } = await import('../../schedules/trigger.ts');
      const options = { comment, whenDue: whenDue === true, detach: detach === true, yes: yes === true };
      await withTemporal(context, (temporal) => triggerSchedule(context, temporal, name, options));
    });
  return withExamples(
    command,
    ['temper schedule trigger product-reviews --comment "labels were mended"', 'train again now, with the reason'],
    ['temper schedule trigger product-reviews --when-due', 'look now, and train where there is reason to'],
  );
}
