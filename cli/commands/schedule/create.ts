import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';
import { positive, repeated } from '../../options.ts';

/** `temper schedule create FILE`: train a model again by itself from now on. */
export function createCommand(context: Context) {
  const command = new Command('create')
    .summary('train a model again by itself from now on')
    .description(
      'train the model of a spec again by itself, as its retrain: says; everything is checked first, and the code is packed and uploaded once, so that no machine of yours is needed',
    )
    .argument('<file>', 'the spec, such as temper.yaml; its data is in S3')
    .option('--every <duration>', 'how often it looks, 12h or 1w, counted from now')
    .option('--cron <expression>', 'when it looks, as five fields: "0 6 * * 1" for Mondays at 6:00')
    .option('--timezone <zone>', 'of --cron, such as Europe/Paris')
    .option('--jitter <duration>', 'each firing is later by a random part of this')
    .option('--remaining <count>', 'after so many firings it rests', positive)
    .option('--set <path=value>', 'set a value of the spec, retrain.budget="200 USD"; may be repeated', repeated)
    .option('--paused', 'it does not fire before temper schedule resume')
    .option('-y, --yes', 'create it without asking; asked is only on a terminal, where AWS bills for the runs')
    .action(async (file, { paused, yes, ...overrides }) => {
      const { withTemporal } = await import('../../temporal.ts');
      const { createSchedule } = await import('../../schedules/create.ts');
      const options = { paused: paused === true, yes: yes === true };
      await withTemporal(context, (temporal) => createSchedule(context, temporal, file, overrides, options));
    });
  return withExamples(
    command,
    ['temper schedule create temper.yaml', 'as retrain: of the spec says'],
    ['temper schedule create temper.yaml --every 1w', 'once a week, on this day at this time'],
    ['temper schedule create temper.yaml --cron "0 6 * * 1" --timezone Europe/Paris', 'on Mondays at 6:00 in Paris'],
  );
}
