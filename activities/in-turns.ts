import { setImmediate } from 'node:timers/promises';

const LONGEST_TURN_MS = 50;

/** Works a generator off in turns, between which heartbeats are sent and a cancel is heard. */
export async function inTurns<T>(work: Generator<undefined, T>, signal: AbortSignal | undefined): Promise<T> {
  for (let since = Date.now(); ; ) {
    const { value, done } = work.next();
    if (done) return value;
    if (Date.now() - since < LONGEST_TURN_MS) continue;
    await setImmediate();
    signal?.throwIfAborted();
    since = Date.now();
  }
}
