import { Command, InvalidArgumentError } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';
import { modelName } from '../../options.ts';

/** `temper schedule backfill NAME`: the firings of a time that is over. */
export function backfillCommand(context: Context) {
  const command = new Command('backfill')
    .summary('let the firings of a time that is over happen now')
    .description(
      'let the firings that a schedule would have had in a time that is over happen now, one after the other, such as after a long pause; each decides on what is there when it begins, so that after one has trained the next ones may find no reason to',
    )
    .argument('<schedule>', 'the name of the model', modelName)
    .requiredOption('--from <time>', 'ISO 8601: 2026-11-01, or 2026-11-01T06:00Z', moment)
    .requiredOption('--to <time>', 'the same; not after now', moment)
    .option('-y, --yes', 'start without asking; asked is only on a terminal, where AWS bills for the runs')
    .action(async (name, { from, to, yes }) => {
      const { withTemporal } = await import('../../temporal.ts');
      const { backfillSchedule } = await import('../../schedules/backfill.ts');
      await withTemporal(context, (temporal) =>
        backfillSchedule(context, temporal, name, { from, to, yes: yes === true }),
      );
    });
  return withExamples(command, [
    'temper schedule backfill product-reviews --from 2026-11-01 --to 2026-11-15',
    'what it would have done in these two weeks',
  ]);
}

const ISO = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2})?(?:Z|[+-]\d{2}:\d{2}))?$/;

function moment(text: string): Date {
  const time = new Date(text);
  if (!ISO.test(text) || Number.isNaN(time.getTime())) {
    throw new InvalidArgumentError('give a day, 2026-11-01, or a time with its zone, 2026-11-01T06:00Z');
  }
  // JavaScript takes the 31st of November for the 1st of December.
  const day = text.slice(0, 10);
  if (new Date(day).toISOString().slice(0, 10) !== day) throw new InvalidArgumentError('there is no such day');
  return time;
}
