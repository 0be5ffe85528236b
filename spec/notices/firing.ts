/** What is told of a schedule: what keeps it from training. */
import { scheduleIdOf } from '../naming.ts';
import type { Firing } from '../retrain.ts';
import { brief, type Notice } from './notice.ts';

/**
 * The schedule has paused itself, as a firing failed.
 *
 * @param failure of the firing, which says what to do
 */
export function pausedNotice(
  { name, firing }: { readonly name: string; readonly firing: string },
  { type, message }: { readonly type?: string | null | undefined; readonly message: string },
): Notice {
  const code = type ?? 'Unknown';
  return {
    id: `${firing}/paused`,
    event: 'failed',
    name,
    title: `the schedule of ${name} is paused: ${code}`,
    lines: [brief(message), 'nothing is trained again before it is resumed'],
    next: [`temper schedule show ${name}`, `temper explain ${code}`, `temper schedule resume ${name}`],
    page: { of: 'schedules', id: scheduleIdOf(name) },
    facts: { schedule: scheduleIdOf(name), firing, code },
  };
}

/** There was reason to train, and a budget stood in the way: that of the month or of the run, or a price that is not known. */
export function budgetNotice({ name, decision, run }: Firing): Notice {
  const { firing, at, reason } = decision;
  return {
    id: `${firing}/budget`,
    event: 'budget',
    name,
    title: `${name} is not trained: its budget does not allow it`,
    lines: [brief(reason), `this is told once a month: later firings of ${at.slice(0, 7)} say the same in their cards`],
    next: [
      `temper schedule show ${name}`,
      'change the budget in the spec, or what the run costs; then: temper schedule update FILE',
    ],
    page: { of: 'schedules', id: scheduleIdOf(name) },
    facts: { schedule: scheduleIdOf(name), firing, month: at.slice(0, 7), ...(run !== undefined && { run }) },
  };
}
