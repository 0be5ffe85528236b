import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';
import { modelName, positive } from '../options.ts';

/** `temper history NAME`: every version that was handed over, the newest first. */
export function historyCommand(context: Context) {
  const command = new Command('history')
    .summary('tell which versions of a model were handed over, when and why')
    .description(
      'tell which versions of a model were handed over, the newest first: by which run, when, why (scores, gate, approval), what each was put on, until when, and whether it answers there still',
    )
    .argument('<name>', 'the name of the model', modelName)
    .option('--limit <count>', 'how many at most', positive, 20)
    .option('--region <region>', 'AWS region to look in')
    .option('--bucket <bucket>', 'bucket that its runs work in')
    .action(async (name, { limit, region, bucket }) => {
      const { findEnvironment, nameEnvironment } = await import('../environment.ts');
      const { historyOf } = await import('../versions/history.ts');
      const { renderHistory } = await import('../rendering/versions.ts');
      const environment = await findEnvironment(context);
      nameEnvironment(context, environment);
      const history = await historyOf(environment, name, { limit, region, bucket });
      context.output.result(history, renderHistory(history, context.output));
    });
  return withExamples(
    command,
    ['temper history product-reviews', 'what serves now, and what did before'],
    ['temper history product-reviews --limit 1 --json', 'the newest version, for a script'],
  );
}
