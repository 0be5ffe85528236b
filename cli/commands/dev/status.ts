import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';

/** `temper dev status`: what of the laptop region is up, and where. */
export function statusCommand(context: Context) {
  const command = new Command('status')
    .description('show what of the laptop region is up, and where')
    .action(async () => {
      const { status } = await import('../../dev/status.ts');
      const { renderStatus } = await import('../../dev/render.ts');
      const found = await status(context);
      context.output.result(found, renderStatus(found, context));
    });
  return withExamples(command, ['temper dev status --json', 'what is up, for a script']);
}
