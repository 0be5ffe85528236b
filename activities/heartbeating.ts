import { activityInfo, heartbeat } from '@temporalio/activity';

const INTERVAL_MS = 3_000;

/**
 * The same activities, each of which heartbeats while it works, so that a killed worker is noticed within the heartbeat
 * timeout and not only when the call's own timeout is over. The progress of the attempt before is kept.
 */
export function heartbeating<A extends object>(activities: A): A {
  const wrapped = Object.entries(activities).map(
    ([name, activity]: [string, (...args: unknown[]) => Promise<unknown>]) => [
      name,
      async (...args: unknown[]): Promise<unknown> => {
        const beat = setInterval(() => heartbeat(activityInfo().heartbeatDetails), INTERVAL_MS);
        try {
          return await activity(...args);
        } finally {
          clearInterval(beat);
        }
      },
    ],
  );
  return Object.fromEntries(wrapped) as A;
}
