import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';

/** `temper dev down`: the opposite of `up`; state stays. */
export function downCommand(context: Context) {
  const command = new Command('down')
    .description('stop the laptop region and its worker; what they know stays')
    .action(async () => {
      const { down } = await import('../../dev/down.ts');
      const stopped = await down(context);
      const text = stopped.region || stopped.worker ? 'down' : 'nothing was up';
      context.output.result(stopped, `${text}; state is kept in ${stopped.home}`);
    });
  return withExamples(command, ['temper dev down', 'before the machine is needed for something else']);
}
