import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';

/** `temper worker`: do the work of runs, until told to stop. */
export function workerCommand(context: Context) {
  return new Command('worker')
    .description('do the work of runs, until Ctrl-C; start as many as you like, anywhere')
    .action(async () => {
      const { runWorker } = await import('../workers/pipeline.ts');
      await runWorker(context);
    });
}
