/** When a schedule fires, as Temporal reckons it: what is told before there is a schedule to ask. Pure. */
import { Cron } from 'croner';
import { durationSeconds } from '../duration.ts';
import type { RetrainSpec } from '../schema/retrain.ts';

/** When a schedule looks, of `retrain:`. */
export type Times = Pick<RetrainSpec, 'every' | 'cron' | 'timezone'>;

const MINUTE_MS = 60_000;

/**
 * What the interval `every` is moved by against Temporal's own, which begins with 1970, in milliseconds: an hourly
 * schedule that is created at 10:20 fires at 20 past, and a weekly one on that day at that time.
 */
export function phaseOf(every: string, created: Date): number {
  const minute = Math.floor(created.getTime() / MINUTE_MS) * MINUTE_MS;
  return minute % (durationSeconds(every) * 1000);
}

/**
 * The firings after a moment, without jitter. A time that the change to summer time leaves out is left out; day of month
 * and day of week both hold where both are given.
 *
 * @param phase see {@link phaseOf}
 */
export function firingsAfter({ every, cron, timezone }: Times, phase: number, after: Date, count: number): Date[] {
  if (every !== undefined) {
    const length = durationSeconds(every) * 1000;
    const first = Math.floor((after.getTime() - phase) / length) + 1;
    return Array.from({ length: count }, (_, i) => new Date((first + i) * length + phase));
  }
  if (cron === undefined) return [];
  const times = new Cron(cron, { mode: '5-part', paused: true, timezone, domAndDow: true });
  const firings: Date[] = [];
  let from = after;
  while (firings.length < count) {
    const [next] = times.nextRuns(1, from);
    if (!next) break;
    // Croner puts off what the clock leaps over, where Temporal leaves it out.
    if (times.match(next)) firings.push(next);
    from = next;
  }
  return firings;
}
