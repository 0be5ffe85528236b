import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';

/** `temper dev env`: what points a shell's programs at the laptop region. */
export function envCommand(context: Context) {
  const command = new Command('env')
    .description('print what points boto3, the AWS CLI and others at the region: eval "$(temper dev env)"')
    .action(async () => {
      const { clientEnvironment } = await import('../../dev/env.ts');
      const { renderEnv } = await import('../../dev/render.ts');
      const environment = clientEnvironment(context);
      context.output.result(environment.set, renderEnv(environment));
    });
  return withExamples(command, [
    'eval "$(temper dev env)"',
    'let boto3 and the AWS CLI of this shell work in the region',
  ]);
}
