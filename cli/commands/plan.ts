import { Command } from '@commander-js/extra-typings';
import type { Context } from '../context.ts';
import { EXIT } from '../errors.ts';
import { withExamples } from '../help.ts';
import { repeated } from '../options.ts';

/** `temper plan FILE`: what a run would do, before it does it. */
export function planCommand(context: Context) {
  const command = new Command('plan')
    .summary('show what a run would do and could cost')
    .description(
      'show what a run would upload, create and replace, how long it could take and what it could cost at most; nothing is changed',
    )
    .argument('[file]', 'the spec', 'temper.yaml')
    .option('--set <path=value>', 'set a value of the spec, train.instance=ml.g5.xlarge; may be repeated', repeated)
    .action(async (file, { set }) => {
      const { readSpec } = await import('../runs/read-spec.ts');
      const { findEnvironment, nameEnvironment } = await import('../environment.ts');
      const { lookUp } = await import('../plan/look-up.ts');
      const { planOf } = await import('../../spec/plan.ts');
      const { renderPlan } = await import('../rendering/plan.ts');
      const spec = await readSpec(context, file, set ?? []);
      const environment = await findEnvironment(context);
      nameEnvironment(context, environment);
      const plan = planOf(spec.spec, await lookUp(context, environment, spec, { readData: true }));
      context.exitCode = plan.ok ? EXIT.done : EXIT.usage;
      context.output.result(plan, context.output.hint(renderPlan(plan, context.output)));
    });
  return withExamples(
    command,
    ['temper plan', 'what a run of temper.yaml would do'],
    ['temper plan temper.yaml --set train.instance=ml.g5.xlarge', 'what another machine would cost'],
  );
}
