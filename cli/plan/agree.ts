import { budgetProblem } from '../../spec/cost/budget.ts';
import { costOf, type Known } from '../../spec/cost/cost.ts';
import type { Cost } from '../../spec/cost/items.ts';
import type { Prices } from '../../spec/cost/prices.ts';
import { planOf } from '../../spec/plan.ts';
import type { Spec } from '../../spec/spec.ts';
import { startsAt, type Takeover } from '../../spec/takeover.ts';
import { canAsk, consents } from '../ask.ts';
import type { Context } from '../context.ts';
import { type Environment, isBilled } from '../environment.ts';
import { usageError } from '../errors.ts';
import { costLine, renderPlan } from '../rendering/plan.ts';
import type { SpecFile } from '../runs/read-spec.ts';

export interface AgreeOptions {
  readonly prices: Prices;
  /** Whether it was agreed to before. */
  readonly yes: boolean;
}

/**
 * Whether a run may be started. Where AWS bills for it, its plan is shown, and whoever sits at the terminal is asked; what
 * it could cost is told everywhere else. Throws a user error for what would stop the run, such as a budget that it could
 * pass: the workflow checks that too, but here nothing is started yet.
 */
export async function agreedTo(
  context: Context,
  environment: Environment,
  file: SpecFile,
  { prices, yes }: AgreeOptions,
): Promise<boolean> {
  const { spec } = file;
  const billed = isBilled(environment, spec.train.engine);
  if (!billed && spec.budget === undefined) return true;
  const { output } = context;
  if (!billed || yes || !canAsk(context)) {
    const known = { ...(await counted(context, file)), ...(await met(environment, spec)) };
    tellCost(context, spec, costOf(spec, prices, known), billed);
    return true;
  }
  const screen = screenOf(output);
  const { isCounted, lookUp } = await lookingUp();
  const plan = planOf(spec, await lookUp(context, environment, file, { readData: isCounted(spec) }));
  output.note({ code: 'plan', text: `${renderPlan({ ...plan, problems: [] }, screen)}\n` });
  const [problem] = plan.problems;
  if (problem) throw usageError(problem.code, problem.message, problem.fix);
  return isConfirmed(context);
}

/** The same of a run that goes on with what another one has left: its data is known, and what comes before is paid. */
export async function agreedToAgain(
  context: Context,
  environment: Environment,
  { spec, takeover }: { readonly spec: Spec; readonly takeover: Takeover },
  { prices, yes }: AgreeOptions,
): Promise<boolean> {
  const billed = isBilled(environment, spec.train.engine);
  const from = startsAt(takeover);
  const known = { splits: takeover.data.splits, from, ...(from !== 'deploy' && (await met(environment, spec))) };
  tellCost(context, spec, costOf(spec, prices, known), billed);
  return !billed || yes || !canAsk(context) || isConfirmed(context);
}

/** Loads the SDKs of what it looks at: a tenth of a second that a run which bills nothing does without. */
const lookingUp = async () => ({ ...(await import('./inputs.ts')), ...(await import('./look-up.ts')) });

const screenOf = ({ noteStyle, columns, whole }: Context['output']) => ({ style: noteStyle, columns, whole });

/** The champion that the run is to meet, whose engine may be another one. */
async function met(environment: Environment, spec: Spec): Promise<Pick<Known, 'champion'>> {
  const champion = await (await lookingUp()).championMet(environment, spec);
  return champion ? { champion } : {};
}

/** Throws a user error where the budget could be passed. */
function tellCost({ output }: Context, spec: Spec, cost: Cost, billed: boolean): void {
  const problem = budgetProblem(spec, cost);
  if (problem) throw usageError(problem.code, problem.message, problem.fix);
  if (billed) output.note({ code: 'cost', text: costLine(cost, screenOf(output)), data: { cost } });
}

const isConfirmed = (context: Context): Promise<boolean> => consents(context, 'start it?', 'nothing was started');

/** The rows and tokens that the cost follows from, where they are on this machine; a run refuses what cannot be read. */
async function counted(context: Context, file: SpecFile): Promise<Known> {
  const { dataInputs, isCounted, readerOf } = await lookingUp();
  if (!isCounted(file.spec)) return {};
  const missing = (): never => {
    throw new Error('data of this machine is read without S3');
  };
  const { facts } = await dataInputs(file, { bucket: undefined, s3: missing, ...readerOf(context) });
  return facts.sizes ? { splits: facts.sizes } : {};
}
