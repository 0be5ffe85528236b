import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';

/** `temper upload RUN`: give a waiting run its files. */
export function uploadCommand(context: Context) {
  const command = new Command('upload')
    .summary('upload the data of a run that waits for it')
    .description('upload the data of a run that waits for it; on the machine that has the files')
    .argument('<run>', 'workflow id, or an unambiguous part of it')
    .action(async (text) => {
      const { withTemporal } = await import('../temporal.ts');
      const { resolveRun } = await import('../runs/find.ts');
      const { uploadInputs } = await import('../runs/upload-inputs.ts');
      await withTemporal(context, async (temporal) =>
        uploadInputs(context, temporal, await resolveRun(temporal, text)),
      );
    });
  return withExamples(command, ['temper upload product-reviews/7f3a9c', 'go on with an upload that was interrupted']);
}
