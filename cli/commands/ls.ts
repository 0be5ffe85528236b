import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';
import { modelName, positive } from '../options.ts';

/** `temper ls`: runs, newest first. */
export function lsCommand(context: Context) {
  const command = new Command('ls')
    .description('list runs, newest first')
    .option('--name <name>', 'only runs of this model name', modelName)
    .option('--limit <count>', 'how many at most', positive, 20)
    .action(async ({ name, limit }) => {
      const { withTemporal } = await import('../temporal.ts');
      const { listRuns } = await import('../runs/find.ts');
      const { renderRuns } = await import('../rendering/runs.ts');
      const { nameEnvironment } = await import('../environment.ts');
      const runs = await withTemporal(context, (temporal) => {
        nameEnvironment(context, temporal.environment);
        return listRuns(temporal, { limit, ...(name !== undefined && { name }) });
      });
      const { output } = context;
      const none =
        name === undefined ? output.hint('no runs yet; start one with: temper run FILE') : `no runs named ${name}`;
      output.result({ runs }, runs.length > 0 ? renderRuns(runs, new Date(), output) : none);
    });
  return withExamples(
    command,
    ['temper ls --limit 5', 'the five newest runs'],
    ['temper ls --name product-reviews --json', 'those of one model, for a script'],
  );
}
