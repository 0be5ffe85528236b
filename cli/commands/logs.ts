import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';

/** `temper logs RUN`: what the run's training job writes. */
export function logsCommand(context: Context) {
  return new Command('logs')
    .description("print the log of a run's training job")
    .argument('<run>', 'workflow id, or an unambiguous part of it')
    .option('-f, --follow', 'go on until the job is over')
    .action(async (text, { follow }) => {
      const { withTemporal } = await import('../temporal.ts');
      const { resolveRun } = await import('../runs/find.ts');
      const { printLogs } = await import('../runs/print-logs.ts');
      await withTemporal(context, async (temporal) =>
        printLogs(context, temporal, await resolveRun(temporal, text), follow === true),
      );
    });
}
