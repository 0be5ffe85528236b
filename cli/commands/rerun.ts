import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';
import { reason, runId } from '../options.ts';

/** `temper rerun RUN`: the same spec, data and code again. */
export function rerunCommand(context: Context) {
  const command = new Command('rerun')
    .summary('start a run again, with the same spec, data and code')
    .description(
      'start a run again with the same spec, and the same data, code and base model by their hashes; they come from S3, so that any machine can do it',
    )
    .argument('<run>', 'workflow id, or an unambiguous part of it')
    .option('--comment <text>', 'why, for the record', reason)
    .option('--id <id>', 'name the new run, 4 to 10 letters and digits: given twice, it is not started twice', runId)
    .option('--detach', 'return once it is started')
    .option('-y, --yes', 'start without asking; asked is only on a terminal, where AWS bills for the run')
    .addHelpText('after', '\nCtrl-C stops following; the run goes on.')
    .action(async (text, { comment, id, detach, yes }) => {
      const { withTemporal } = await import('../temporal.ts');
      const { resolveRun } = await import('../runs/find.ts');
      const { rerun } = await import('../runs/again.ts');
      const options = { comment, id, detach: detach === true, yes: yes === true };
      await withTemporal(context, async (temporal) => {
        await rerun(context, temporal, await resolveRun(temporal, text), options);
      });
    });
  return withExamples(
    command,
    ['temper rerun 7f3a9c', 'train, evaluate and deploy once more'],
    ['temper rerun 7f3a9c --comment "spot machines were lost"', 'with a reason that its record keeps'],
  );
}
