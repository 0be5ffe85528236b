import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';
import { modelName, reason } from '../../options.ts';

/** `temper schedule resume NAME`: it fires again. */
export function resumeCommand(context: Context) {
  const command = new Command('resume')
    .summary('let a schedule go on')
    .description(
      'let a schedule that was paused, by a person or as a run failed, go on; what it has missed is told, and not made up for',
    )
    .argument('<schedule>', 'the name of the model', modelName)
    .option('--comment <text>', 'why, for the note of the schedule', reason)
    .action(async (name, { comment }) => {
      const { withTemporal } = await import('../../temporal.ts');
      const { resumeSchedule } = await import('../../schedules/pause.ts');
      const { nameEnvironment } = await import('../../environment.ts');
      await withTemporal(context, async (temporal) => {
        nameEnvironment(context, temporal.environment);
        await resumeSchedule(context, temporal, name, comment);
      });
    });
  return withExamples(command, [
    'temper schedule resume product-reviews --comment "labels are mended"',
    'from the next firing on',
  ]);
}
