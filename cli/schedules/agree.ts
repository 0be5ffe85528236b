/** What a schedule is to do is told, and whether it may be done is asked, before anything is changed. */
import { canAsk, consents } from '../ask.ts';
import type { Context } from '../context.ts';
import { renderSchedulePlan } from '../rendering/schedule-plan.ts';
import { hasWorker, type Temporal } from '../temporal.ts';
import type { Prepared } from './prepare.ts';

/** When it fires, what makes it train and what that can cost, and what is amiss. */
export async function tellPlan(
  { output }: Context,
  temporal: Temporal,
  prepared: Prepared,
  phase: number,
  now: Date,
): Promise<void> {
  const screen = { style: output.noteStyle, columns: output.columns, whole: output.whole };
  const text = renderSchedulePlan(prepared, phase, now, screen);
  output.note({ code: 'schedule.plan', text: `${text}\n`, data: { cost: prepared.plan.cost } });
  const warn = (code: string, text: string): void =>
    output.note({ code, text: `  ${screen.style.yellow('!')} ${text}` });
  for (const warning of prepared.warnings) warn('schedule.warning', warning);
  if (await hasWorker(temporal)) return;
  warn('missing.worker', 'no worker answers: firings wait for one; start it with: temper worker');
}

/** Whether it may be done: whoever sits at the terminal is asked where AWS bills for the runs. */
export async function agreed(
  context: Context,
  { plan }: Pick<Prepared, 'plan'>,
  yes: boolean,
  question: string,
): Promise<boolean> {
  return !plan.billed || yes || !canAsk(context) || consents(context, question, 'nothing was changed');
}
