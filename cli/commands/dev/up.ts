import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';

/** `temper dev up`: the region and a worker, in the background. */
export function upCommand(context: Context) {
  const command = new Command('up')
    .description('start the laptop region and a worker in the background; up when the command returns')
    .option('--no-worker', 'the region alone')
    .option('--faults <file>', 'YAML file of what SageMaker and Bedrock are to do wrong')
    .action(async ({ worker, faults }) => {
      const { up } = await import('../../dev/up.ts');
      const { renderUp } = await import('../../dev/render.ts');
      const result = await up(context, { worker, ...(faults !== undefined && { faults }) });
      context.output.result(result, renderUp(result, context));
    });
  return withExamples(
    command,
    ['temper dev up', 'everything on this machine, and a worker'],
    ['temper dev up --faults faults.yaml', 'a SageMaker that fails where it is told to'],
  );
}
