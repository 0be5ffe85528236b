import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';
import { duration, modelName } from '../options.ts';

/** `temper drift NAME [FILE]`: whether what a model is asked is still like what it was trained on. */
export function driftCommand(context: Context) {
  const command = new Command('drift')
    .summary('tell whether what a model is asked is still like its training data')
    .description(
      'hold what a model was asked of late against what it was trained on, feature by feature, and its answers against labels where the spec names any; needs captured traffic: deploy.capture, or model invocation logging on Bedrock',
    )
    .argument('<name>', 'the name of the model', modelName)
    .argument('[file]', 'a temper.yaml whose retrain.when counts; that of the model where not given')
    .option('--window <duration>', 'how far back to look; as far as the spec says where not given, or 7d', duration)
    .option('--region <region>', 'AWS region to look in')
    .option('--bucket <bucket>', 'bucket that its runs work in')
    .action(async (name, file, { window, region, bucket }) => {
      const { findEnvironment, nameEnvironment } = await import('../environment.ts');
      const { readSpec } = await import('../runs/read-spec.ts');
      const { driftReport } = await import('../monitoring/drift.ts');
      const { renderDrift } = await import('../rendering/drift.ts');
      const environment = await findEnvironment(context);
      nameEnvironment(context, environment);
      const spec = file === undefined ? undefined : (await readSpec(context, file, [])).spec;
      const report = await driftReport(context, environment, name, { spec, window, region, bucket });
      if (report) context.output.result(report, renderDrift(report, context.output));
    });
  return withExamples(
    command,
    ['temper drift product-reviews', 'what it was asked in the last week'],
    ['temper drift product-reviews temper.yaml --window 30d', 'in the last 30 days, by the limits of a file'],
  );
}
