import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';

/** `temper worker`: do the work of runs, until told to stop. */
export function workerCommand(context: Context) {
  const command = new Command('worker')
    .summary('do the work of runs')
    .description('do the work of runs, until Ctrl-C; start as many as you like, anywhere')
    .action(async () => {
      const { runWorker } = await import('../workers/pipeline.ts');
      await runWorker(context);
    });
  return withExamples(command, ['temper worker', 'work on the Temporal that TEMPORAL_ADDRESS names']);
}
