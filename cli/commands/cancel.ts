import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';

/** `temper cancel RUN`: stop a run, and wait until nothing of it bills any more. */
export function cancelCommand(context: Context) {
  const command = new Command('cancel')
    .summary('cancel a run and everything it had started')
    .description('cancel a run, and wait until everything it had started in AWS is stopped')
    .argument('<run>', 'workflow id, or an unambiguous part of it')
    .action(async (text) => {
      const { withTemporal } = await import('../temporal.ts');
      const { resolveRun } = await import('../runs/find.ts');
      const { cancelRun } = await import('../runs/cancel.ts');
      const { nameEnvironment } = await import('../environment.ts');
      await withTemporal(context, async (temporal) => {
        nameEnvironment(context, temporal.environment);
        await cancelRun(context, temporal, await resolveRun(temporal, text));
      });
    });
  return withExamples(command, ['temper cancel 7f3a9c', 'by the end of its id']);
}
