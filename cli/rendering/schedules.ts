/** Schedules as people read them. */
import type { Screen } from '../output.ts';
import type { ScheduleState } from '../schedules/state.ts';
import { momentText } from './schedule-text.ts';

/** What became of a schedule by a command, when it fires next, and how to see it. */
export function renderScheduled(state: ScheduleState, became: string, { style }: Screen): string {
  const { name } = state;
  return [`${name} ${became}; ${nextText(state)}`, `  ${style.dim('see it with:')} temper schedule show ${name}`].join(
    '\n',
  );
}

/** When it fires next, or why it does not. */
export function nextText({ paused, next, times, remaining }: ScheduleState): string {
  const [first] = next;
  if (paused) return 'it is paused';
  if (remaining === 0) return 'it has no firings left';
  return first === undefined ? 'it never fires' : `next firing ${momentText(first, times?.timezone)}`;
}
