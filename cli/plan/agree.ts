import { costOf } from '../../spec/cost/cost.ts';
import type { Prices } from '../../spec/cost/prices.ts';
import { planOf } from '../../spec/plan.ts';
import { canAsk, confirm } from '../ask.ts';
import type { Context } from '../context.ts';
import { type Environment, isBilled } from '../environment.ts';
import { EXIT, usageError } from '../errors.ts';
import { costLine, renderPlan } from '../rendering/plan.ts';
import type { SpecFile } from '../runs/read-spec.ts';
import { lookUp } from './look-up.ts';

export interface AgreeOptions {
  readonly prices: Prices;
  /** Whether it was agreed to before. */
  readonly yes: boolean;
}

/**
 * Whether a run may be started. Where AWS bills for it, its plan is shown, and whoever sits at the terminal is asked; what
 * it could cost is told everywhere else. Throws a user error for what would stop the run.
 */
export async function agreedTo(
  context: Context,
  environment: Environment,
  file: SpecFile,
  { prices, yes }: AgreeOptions,
): Promise<boolean> {
  if (!isBilled(environment)) return true;
  const { output } = context;
  const screen = { style: output.noteStyle, columns: output.columns, whole: output.whole };
  if (yes || !canAsk(context)) {
    const cost = costOf(file.spec, prices);
    output.note({ code: 'cost', text: costLine(cost, screen), data: { cost } });
    return true;
  }
  const plan = planOf(file.spec, await lookUp(context, environment, file, { readData: false }));
  output.note({ code: 'plan', text: `${renderPlan({ ...plan, problems: [] }, screen)}\n` });
  const [problem] = plan.problems;
  if (problem) throw usageError(problem.code, problem.message, problem.fix);
  if (await confirm(context, '  start it?')) return true;
  context.exitCode = context.signal.aborted ? EXIT.interrupted : EXIT.failed;
  output.note({ code: 'declined', text: '  nothing was started' });
  return false;
}
