import { Command, Option } from '@commander-js/extra-typings';
import { STAGES } from '../../spec/record.ts';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';
import { LISTED_OUTCOMES, modelName, positive, score, waitingFor } from '../options.ts';

/** `temper ls`: runs, newest first. */
export function lsCommand(context: Context) {
  const command = new Command('ls')
    .description('list runs, newest first; all that is given has to hold')
    .option('--name <name>', 'only runs of this model name', modelName)
    .addOption(new Option('--engine <engine>', 'only what this one trains').choices(['sagemaker', 'bedrock'] as const))
    .addOption(new Option('--stage <stage>', 'only those in this stage, or that ended in it').choices(STAGES))
    .addOption(new Option('--outcome <outcome>', 'only those that ended so, or are running').choices(LISTED_OUTCOMES))
    .option('--waiting [what]', 'only those that wait, for approval, quota or capacity where it is given', waitingFor)
    .option('--schedule [name]', 'only what schedules have started, or the schedule of this name', modelName)
    .option('--min-score <score>', 'only from this score on; it is that of the first metric asked for', score)
    .option('--limit <count>', 'how many at most', positive, 20)
    .action(async ({ limit, ...filter }) => {
      const { withTemporal, listAddress } = await import('../temporal.ts');
      const { listRuns, queryOf, withoutWorkers } = await import('../runs/list.ts');
      const { renderRuns } = await import('../rendering/runs.ts');
      const { nameEnvironment } = await import('../environment.ts');
      const { output } = context;
      await withTemporal(context, async (temporal) => {
        const { environment } = temporal;
        nameEnvironment(context, environment);
        const runs = await withoutWorkers(temporal, await listRuns(temporal, { limit, ...filter }));
        const query = queryOf(filter);
        const ui = listAddress(environment, query);
        const filtered = Object.keys(filter).length > 0;
        const none = filtered ? 'no such runs' : output.hint('no runs yet; start one with: temper run FILE');
        output.result(
          { runs, query, ...(ui && { ui }) },
          runs.length > 0 ? renderRuns(runs, new Date(), output) : none,
        );
        if (ui) output.note({ code: 'ls.ui', text: output.noteStyle.dim(`  the same in Temporal: ${ui}`) });
      });
    });
  return withExamples(
    command,
    ['temper ls --limit 5', 'the five newest runs'],
    ['temper ls --waiting approval', 'those that wait for a person'],
    ['temper ls --name product-reviews --outcome passed --min-score 0.8 --json', 'for a script'],
  );
}
