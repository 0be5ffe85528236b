import { Command, Option } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { withExamples } from '../help.ts';
import { reason, runId } from '../options.ts';

/** `temper resume RUN --from STAGE`: a new run with the model of one that is over. */
export function resumeCommand(context: Context) {
  const command = new Command('resume')
    .summary('go on with the model of a run that is over')
    .description(
      'start a run that takes over the model of one that failed, was rejected, declined or cancelled, or passed, as far as it is still there, and goes on from a stage; the gate holds as ever, and an approval only where data, model, scores and verdicts are the same',
    )
    .argument('<run>', 'workflow id, or an unambiguous part of it')
    .addOption(
      new Option('--from <stage>', 'the first stage that is done again')
        .choices(['evaluate', 'deploy'] as const)
        .makeOptionMandatory(),
    )
    .option('--comment <text>', 'why, for the record', reason)
    .option('--id <id>', 'name the new run, 4 to 10 letters and digits: given twice, it is not started twice', runId)
    .option('--detach', 'return once it is started')
    .option('-y, --yes', 'start without asking; asked is only on a terminal, where AWS bills for the run')
    .addHelpText('after', '\nCtrl-C stops following; the run goes on.')
    .action(async (text, { from, comment, id, detach, yes }) => {
      const { withTemporal } = await import('../temporal.ts');
      const { resolveRun } = await import('../runs/find.ts');
      const { resume } = await import('../runs/again.ts');
      const options = { from, comment, id, detach: detach === true, yes: yes === true };
      await withTemporal(context, async (temporal) => {
        await resume(context, temporal, await resolveRun(temporal, text), options);
      });
    });
  return withExamples(
    command,
    ['temper resume 7f3a9c --from deploy', 'its endpoint had failed to come up'],
    ['temper resume 7f3a9c --from evaluate', 'score its model again, and go on from there'],
  );
}
