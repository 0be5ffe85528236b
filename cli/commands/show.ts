import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';

/** `temper show RUN`: the record of a run. */
export function showCommand(context: Context) {
  return new Command('show')
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
}
