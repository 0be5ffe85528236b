import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';
import { modelName, positive } from '../../options.ts';

/** `temper schedule show NAME`: when it fires, what it decided, and what it has spent. */
export function showCommand(context: Context) {
  const command = new Command('show')
    .summary('show a schedule and what its firings decided')
    .description(
      'show when a schedule fires and what it goes by; what its last firings decided, on which grounds, and what became of their runs; and what this month has cost',
    )
    .argument('<schedule>', 'the name of the model', modelName)
    .option('--limit <count>', 'how many firings at most', positive, 10)
    .action(async (name, { limit }) => {
      const { withTemporal } = await import('../../temporal.ts');
      const { reportOf } = await import('../../schedules/report.ts');
      const { renderSchedule } = await import('../../rendering/schedules.ts');
      const { nameEnvironment } = await import('../../environment.ts');
      const { output } = context;
      const report = await withTemporal(context, (temporal) => {
        nameEnvironment(context, temporal.environment);
        return reportOf(temporal, name, limit, new Date());
      });
      output.result(report, renderSchedule(report, output));
    });
  return withExamples(
    command,
    ['temper schedule show product-reviews', 'when it fires next, and why it did or did not train'],
    ['temper schedule show product-reviews --limit 1 --json', 'the last decision with its evidence, for a script'],
  );
}
