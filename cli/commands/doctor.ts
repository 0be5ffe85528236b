import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { EXIT } from '../errors.ts';
import { withExamples } from '../help.ts';

/** `temper doctor [FILE]`: what stands in the way of a run. */
export function doctorCommand(context: Context) {
  const command = new Command('doctor')
    .summary('look for what stands in the way of a run')
    .description(
      'look for what stands in the way of a run: this machine, Temporal, credentials, bucket, role and quotas; ' +
        'leaves nothing behind, and ends with 1 where a check failed',
    )
    .argument('[file]', 'a spec, to look at what it names too')
    .option('--instance <type...>', 'instance types to look up the training quotas of')
    .action(async (file, { instance }) => {
      const { diagnose } = await import('../doctor/doctor.ts');
      const { renderDiagnosis } = await import('../rendering/doctor.ts');
      const { output } = context;
      const diagnosis = await diagnose(context, { ...(file !== undefined && { file }), instances: instance ?? [] });
      output.result(diagnosis, output.hint(renderDiagnosis(diagnosis, output)));
      if (!diagnosis.ok) context.exitCode = EXIT.failed;
    });
  return withExamples(
    command,
    ['temper doctor', 'where commands of this shell work'],
    ['temper doctor temper.yaml', 'all that one run needs'],
    ['temper doctor --instance ml.g5.xlarge', 'whether the account may use such a machine'],
  );
}
