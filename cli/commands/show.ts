import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';

/** `temper show RUN`: the record of a run. */
export function showCommand(context: Context) {
  const command = new Command('show')
    .summary('show what each stage of a run did')
    .description('show a run: what each stage did, and how it ended')
    .argument('<run>', 'workflow id, an unambiguous part of it, or a name for its newest run')
    .action(async (text) => {
      const { uiAddress, withTemporal } = await import('../temporal.ts');
      const { resolveRun } = await import('../runs/find.ts');
      const { readRecord } = await import('../runs/records.ts');
      const { renderRecord } = await import('../rendering/record.ts');
      const { nameEnvironment } = await import('../environment.ts');
      await withTemporal(context, async (temporal) => {
        nameEnvironment(context, temporal.environment);
        const record = await readRecord(temporal, await resolveRun(temporal, text, { newest: true }));
        const ui = uiAddress(temporal.environment, record.run);
        context.output.result(record, context.output.hint(renderRecord(record, context.output, ui)));
      });
    });
  return withExamples(
    command,
    ['temper show product-reviews', 'the newest run of a model'],
    ['temper show 7f3a9c --json', 'one run by the end of its id, for a script'],
  );
}
