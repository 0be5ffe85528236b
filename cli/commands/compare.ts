import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';

/** `temper compare RUN RUN`: two runs side by side. */
export function compareCommand(context: Context) {
  const command = new Command('compare')
    .summary('put two runs side by side')
    .description(
      'put two runs side by side, whatever their engines: data, scores, time, what was billed, and what serves; also of runs under way',
    )
    .argument('<run>', 'workflow id, an unambiguous part of it, or a name for its newest run')
    .argument('<run>', 'the other one')
    .action(async (first, second) => {
      const { withTemporal } = await import('../temporal.ts');
      const { nameEnvironment } = await import('../environment.ts');
      const { compared } = await import('../runs/compared.ts');
      const { compareRuns } = await import('../../spec/comparison.ts');
      const { renderComparison } = await import('../rendering/comparison.ts');
      await withTemporal(context, async (temporal) => {
        nameEnvironment(context, temporal.environment);
        const comparison = compareRuns(
          await compared(context, temporal, first),
          await compared(context, temporal, second),
        );
        context.output.result(comparison, renderComparison(comparison, context.output));
      });
    });
  return withExamples(
    command,
    ['temper compare product-reviews product-reviews-bedrock', 'the newest run of each'],
    ['temper compare 7f3a9c k2m1xq --json', 'two runs by the ends of their ids, for a script'],
  );
}
