import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';

/** `temper watch RUN`: follow a run until it ends. */
export function watchCommand(context: Context) {
  const command = new Command('watch')
    .summary('follow a run to its end')
    .description('follow a run until it ends; the exit code is the one of the run')
    .argument('<run>', 'workflow id, an unambiguous part of it, or a name for its newest run')
    .action(async (text) => {
      const { withTemporal } = await import('../temporal.ts');
      const { resolveRun } = await import('../runs/find.ts');
      const { announce, conclude, follow } = await import('../runs/follow.ts');
      await withTemporal(context, async (temporal) => {
        const run = await resolveRun(temporal, text, { newest: true });
        announce(context, temporal, run, 'run.watched');
        conclude(context, run, await follow(context, temporal, run));
      });
    });
  return withExamples(command, ['temper watch product-reviews', 'follow the newest run of a model']);
}
