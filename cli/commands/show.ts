import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';

/** `temper show RUN`: the record of a run. */
export function showCommand(context: Context) {
  return new Command('show')
    .description('show a run: what each stage did, and how it ended')
    .argument('<run>', 'workflow id, or an unambiguous part of it')
    .action(async (text) => {
      const { withTemporal } = await import('../temporal.ts');
      const { resolveRun } = await import('../runs/find.ts');
      const { readRecord } = await import('../runs/records.ts');
      const { renderRecord } = await import('../rendering/record.ts');
      const record = await withTemporal(context, async (temporal) =>
        readRecord(temporal, await resolveRun(temporal, text)),
      );
      context.output.result(record, renderRecord(record, context.output.style));
    });
}
