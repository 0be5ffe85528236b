import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';
import { modelName, reason } from '../../options.ts';

/** `temper schedule pause NAME`: it does not fire until it is resumed. */
export function pauseCommand(context: Context) {
  const command = new Command('pause')
    .summary('let a schedule rest')
    .description('let the schedule of a model rest until it is resumed; a run under way goes on')
    .argument('<schedule>', 'the name of the model', modelName)
    .option('--comment <text>', 'why, for the note of the schedule', reason)
    .action(async (name, { comment }) => {
      const { withTemporal } = await import('../../temporal.ts');
      const { pauseSchedule } = await import('../../schedules/pause.ts');
      const { nameEnvironment } = await import('../../environment.ts');
      await withTemporal(context, async (temporal) => {
        nameEnvironment(context, temporal.environment);
        await pauseSchedule(context, temporal, name, comment);
      });
    });
  return withExamples(command, [
    'temper schedule pause product-reviews --comment "labels are wrong"',
    'until somebody has looked at the labels',
  ]);
}
