import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import { NAME_PATTERN } from '../../spec/naming.ts';
import type { Context } from '../context.ts';

/** `temper ls`: runs, newest first. */
export function lsCommand(context: Context) {
  return new Command('ls')
    .description('list runs, newest first')
    .option('--name <name>', 'only runs of this model name', modelName)
    .option('--limit <count>', 'how many at most', positive, 20)
    .action(async ({ name, limit }) => {
      const { withTemporal } = await import('../temporal.ts');
      const { listRuns } = await import('../runs/find.ts');
      const { renderRuns } = await import('../rendering/runs.ts');
      const runs = await withTemporal(context, (temporal) =>
        listRuns(temporal, { limit, ...(name !== undefined && { name }) }),
      );
      context.output.result({ runs }, renderRuns(runs, new Date(), context.output.style));
    });
}

function positive(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('give a whole number from 1');
  return count;
}

function modelName(text: string): string {
  if (!NAME_PATTERN.test(text)) throw new InvalidArgumentError('names have lower-case letters, digits and hyphens');
  return text;
}
