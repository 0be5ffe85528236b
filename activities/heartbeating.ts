import { AsyncLocalStorage } from 'node:async_hooks';
import { activityInfo, heartbeat } from '@temporalio/activity';

const INTERVAL_MS = 3_000;

/** What the activity last told of its progress, to be told again while it works. */
const progress = new AsyncLocalStorage<{ details: unknown }>();

/** Tells the progress of the activity: it outlives the attempt, and is what `watch` and the Temporal UI show. */
export function tell(details: unknown): void {
  const last = progress.getStore();
  if (last) last.details = details;
  heartbeat(details);
}

/**
 * The same activities, each of which heartbeats while it works, so that a killed worker is noticed within the heartbeat
 * timeout and not only when the call's own timeout is over.
 */
export function heartbeating<A extends object>(activities: A): A {
  type Activity = (...args: unknown[]) => Promise<unknown>;
  const wrapped = Object.entries(activities).map(([name, activity]: [string, Activity]) => [
    name,
    async (...args: unknown[]): Promise<unknown> => {
      const last = { details: activityInfo().heartbeatDetails as unknown };
      const beat = setInterval(() => heartbeat(last.details), INTERVAL_MS);
      try {
        return await progress.run(last, () => activity(...args));
      } finally {
        clearInterval(beat);
      }
    },
  ]);
  return Object.fromEntries(wrapped) as A;
}
