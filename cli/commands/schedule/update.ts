import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';
import { positive, repeated } from '../../options.ts';

/** `temper schedule update FILE`: another spec, code or times from the next firing on. */
export function updateCommand(context: Context) {
  const command = new Command('update')
    .summary('give a schedule another spec, code or times')
    .description(
      'give the schedule of a model the spec and code of today, from the next firing on; what changes is shown. A run under way goes on as it began; a paused schedule stays paused, and firings that are left stay so many',
    )
    .argument('<file>', 'the spec, such as temper.yaml; its data is in S3')
    .option('--every <duration>', 'how often it looks, 12h or 1w, counted from its creation')
    .option('--cron <expression>', 'when it looks, as five fields: "0 6 * * 1" for Mondays at 6:00')
    .option('--timezone <zone>', 'of --cron, such as Europe/Paris')
    .option('--jitter <duration>', 'each firing is later by a random part of this')
    .option('--remaining <count>', 'after so many firings more it rests', positive)
    .option('--set <path=value>', 'set a value of the spec, retrain.budget="200 USD"; may be repeated', repeated)
    .option('-y, --yes', 'update it without asking; asked is only on a terminal, where AWS bills for the runs')
    .action(async (file, { yes, ...overrides }) => {
      const { withTemporal } = await import('../../temporal.ts');
      const { updateSchedule } = await import('../../schedules/update.ts');
      const options = { yes: yes === true };
      await withTemporal(context, (temporal) => updateSchedule(context, temporal, file, overrides, options));
    });
  return withExamples(
    command,
    ['temper schedule update temper.yaml', 'after the spec or the script was changed'],
    ['temper schedule update temper.yaml --every 2w --remaining 6', 'half as often, six times more'],
  );
}
