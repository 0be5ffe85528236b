import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';

/** `temper models [MODEL]`: what Bedrock can customize. */
export function modelsCommand(context: Context) {
  const command = new Command('models')
    .summary('list the base models that Bedrock can customize')
    .description(
      'list the base models that Bedrock can customize in a region: how, with which data and hyperparameters, and how the result is served; where Bedrock cannot be asked, those that temper knows of',
    )
    .argument('[model]', 'the id of one, for all that is known of it')
    .option('--all', 'also those that cannot be customized')
    .option('--region <region>', 'AWS region to ask in')
    .action(async (model, { all, region }) => {
      const { listModels } = await import('../models/models.ts');
      const { renderModels } = await import('../rendering/models.ts');
      const report = await listModels(context, { model, region, all: all === true });
      context.output.result(report, renderModels(report, context.output, { isDetailed: model !== undefined }));
    });
  return withExamples(
    command,
    ['temper models', 'what can be customized, and how'],
    ['temper models amazon.nova-lite-v1:0', 'with the sources of what is known of it'],
  );
}
