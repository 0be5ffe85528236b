import { Command } from '@commander-js/extra-typings';
import type { Context } from '../../context.ts';
import { withExamples } from '../../help.ts';

/** `temper schedule ls`: what is trained again by itself. */
export function lsCommand(context: Context) {
  const command = new Command('ls')
    .summary('list schedules')
    .description('list schedules: when each fires next, what its last firing decided, and what this month has cost')
    .action(async () => {
      const { withTemporal } = await import('../../temporal.ts');
      const { summaries } = await import('../../schedules/report.ts');
      const { renderSchedules } = await import('../../rendering/schedules.ts');
      const { nameEnvironment } = await import('../../environment.ts');
      const { output } = context;
      const schedules = await withTemporal(context, (temporal) => {
        nameEnvironment(context, temporal.environment);
        return summaries(temporal, new Date());
      });
      const none = output.hint('no schedules yet; make one with: temper schedule create FILE');
      output.result({ schedules }, schedules.length > 0 ? renderSchedules(schedules, output) : none);
    });
  return withExamples(command, ['temper schedule ls', 'what is trained again by itself, and when']);
}
