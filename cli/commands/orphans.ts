import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';

/** `temper orphans`: what runs that are over have left in AWS. */
export function orphansCommand(context: Context) {
  const command = new Command('orphans')
    .summary('find what no run looks after any more')
    .description(
      'find what lies around or bills in AWS, belongs to no open run and was not handed over, by the tags of temper',
    )
    .option('--delete', 'stop and delete it, and wait until it is gone; asks on a terminal')
    .option('-y, --yes', 'delete without asking')
    .option('--unknown', 'delete also what runs made that this Temporal does not know')
    .option('--region <region>', 'AWS region to look in')
    .option('--bucket <bucket>', 'bucket to look for unfinished uploads in')
    .action(async (options) => {
      const { withTemporal } = await import('../temporal.ts');
      const { tellOrphans } = await import('../orphans/orphans.ts');
      const { nameEnvironment } = await import('../environment.ts');
      await withTemporal(context, async (temporal) => {
        nameEnvironment(context, temporal.environment);
        await tellOrphans(context, temporal, {
          region: options.region,
          bucket: options.bucket,
          delete: options.delete === true,
          unknown: options.unknown === true,
          yes: options.yes === true,
        });
      });
    });
  return withExamples(
    command,
    ['temper orphans', 'what would bill on after a run was terminated'],
    ['temper orphans --delete --yes', 'take it away, in a script'],
  );
}
