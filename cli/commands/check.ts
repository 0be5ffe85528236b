import { Command, Option } from '@commander-js/extra-typings';
import { CUSTOMIZATION_NAMES } from '../../spec/bedrock/customization.ts';
import type { Context } from '../context.ts';
import { EXIT } from '../errors.ts';
import { withExamples } from '../help.ts';

/** `temper check [FILE]`: what is wrong with a spec and its data. */
export function checkCommand(context: Context) {
  const command = new Command('check')
    .summary('find all that is wrong with a spec and its data')
    .description(
      'find all that is wrong with a spec and its data, or with a data file alone, and show what the data holds; nothing is sent or changed',
    )
    .argument('[file]', 'a spec, or a file, directory, glob or s3:// address of data', 'temper.yaml')
    .option('--fix <out>', 'write a corrected copy: a .jsonl file, or a directory where splits are given')
    .option('--for <model>', 'hold the data against what a base model of Bedrock takes, or against all of them')
    .addOption(
      new Option(
        '--customization <way>',
        'what the model is to be customized by; fine-tuning unless a spec says otherwise',
      ).choices(CUSTOMIZATION_NAMES),
    )
    .action(async (file, { fix, for: model, customization }) => {
      const { check } = await import('../check/check.ts');
      const { renderCheck } = await import('../rendering/check.ts');
      const report = await check(context, file, { out: fix, asked: { model, customization } });
      context.exitCode = report.ok || report.fixed?.ok ? EXIT.done : EXIT.usage;
      context.output.result(report, renderCheck(report, context.output));
    });
  return withExamples(
    command,
    ['temper check', 'temper.yaml of this directory, and its data'],
    ['temper check reviews.csv', 'a data file by itself'],
    ['temper check reviews.csv --fix reviews.jsonl', 'without the rows that cannot be used'],
    ['temper check reviews.csv --for all', 'which models of Bedrock it could customize'],
    ['temper check reviews.csv --for amazon.nova-lite-v1:0 --fix train.jsonl', 'written as that model takes it'],
  );
}
