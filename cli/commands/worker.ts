import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';

/** `temper worker`: do the work of runs, until told to stop. */
export function workerCommand(context: Context) {
  const command = new Command('worker')
    .summary('do the work of runs')
    .description('do the work of runs, until Ctrl-C; start as many as you like, anywhere')
    .option(
      '--drain',
      'only end the runs that began with this version of the workflow code, beside another that takes new ones',
    )
    .action(async ({ drain = false }) => {
      const { runWorker } = await import('../workers/pipeline.ts');
      await runWorker(context, { drain });
    });
  return withExamples(
    command,
    ['temper worker', 'work on the Temporal that TEMPORAL_ADDRESS names'],
    ['temper worker --drain', 'from an older build: end the runs that began with it, then stop'],
  );
}
