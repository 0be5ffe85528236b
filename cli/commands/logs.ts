import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';

/** `temper logs RUN`: what the run's jobs write. */
export function logsCommand(context: Context) {
  const command = new Command('logs')
    .summary("print the log of a run's jobs")
    .description(
      'print the log of the jobs that a run waits for or ended with: those of its evaluation, else its training job; ' +
        'of a run on Bedrock, which keeps no logs, the steps of its customization job with their losses',
    )
    .argument('<run>', 'workflow id, an unambiguous part of it, or a name for its newest run')
    .option('-f, --follow', 'go on until the jobs are over')
    .action(async (text, { follow }) => {
      const { withTemporal } = await import('../temporal.ts');
      const { resolveRun } = await import('../runs/find.ts');
      const { printLogs } = await import('../runs/print-logs.ts');
      const { nameEnvironment } = await import('../environment.ts');
      await withTemporal(context, async (temporal) => {
        nameEnvironment(context, temporal.environment);
        await printLogs(context, temporal, await resolveRun(temporal, text, { newest: true }), follow === true);
      });
    });
  return withExamples(command, [
    'temper logs product-reviews -f',
    'what the job of the newest run writes, as it comes',
  ]);
}
