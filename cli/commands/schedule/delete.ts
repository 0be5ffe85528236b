import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';
import { modelName } from '../../options.ts';

/** `temper schedule delete NAME`: no more firings. */
export function deleteCommand(context: Context) {
  const command = new Command('delete')
    .summary('train a model no more by itself')
    .description(
      'take the schedule of a model away; a run under way goes on, and what its firings have decided and spent stays in the bucket',
    )
    .argument('<schedule>', 'the name of the model', modelName)
    .option('-y, --yes', 'delete without asking')
    .action(async (name, { yes }) => {
      const { withTemporal } = await import('../../temporal.ts');
      const { deleteSchedule } = await import('../../schedules/delete.ts');
      const { nameEnvironment } = await import('../../environment.ts');
      await withTemporal(context, async (temporal) => {
        nameEnvironment(context, temporal.environment);
        await deleteSchedule(context, temporal, name, { yes: yes === true });
      });
    });
  return withExamples(command, ['temper schedule delete product-reviews', 'no more firings']);
}
