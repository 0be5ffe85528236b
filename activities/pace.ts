/**
 * How often a worker looks at jobs, whatever their number: AWS throttles the calls of an account, not those about one
 * job. A few dozen short jobs are looked at as each of them needs; a thousand take turns.
 */

const LOOKS_PER_SECOND = 15;
/** Looks ahead of that rate before any is put off. */
const BURST = 100;

/** When the looks so far were through at the steady rate, in seconds of the process's clock. */
let through = 0;

/** Counts a look that found its job under way, and gives the seconds by which the job's next one is put off. */
export function putOff(now = performance.now() / 1000): number {
  through = Math.max(through, now) + 1 / LOOKS_PER_SECOND;
  return Math.max(0, through - now - BURST / LOOKS_PER_SECOND);
}
