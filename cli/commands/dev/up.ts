import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';

/** `temper dev up`: the region and a worker, in the background. */
export function upCommand(context: Context) {
  return new Command('up')
    .description('start the laptop region and a worker in the background; up when the command returns')
    .option('--no-worker', 'the region alone')
    .option('--faults <file>', 'YAML file of what SageMaker is to do wrong')
    .action(async ({ worker, faults }) => {
      const { up } = await import('../../dev/up.ts');
      const { renderUp } = await import('../../dev/render.ts');
      const result = await up(context, { worker, ...(faults !== undefined && { faults }) });
      context.output.result(result, renderUp(result, context));
    });
}
