import { setImmediate as soon } from 'node:timers/promises';

/** How long learning goes on before others have their turn. */
const TURN_MS = 15;

/** Drives a generator to its end, and lets others have their turn in between. Rejects where the signal is aborted. */
export async function inTurns<T>(steps: Generator<unknown, T>, signal: AbortSignal): Promise<T> {
  for (let turn = performance.now(); ; ) {
    const { done, value } = steps.next();
    if (done) return value;
    if (performance.now() - turn < TURN_MS) continue;
    await soon();
    signal.throwIfAborted();
    turn = performance.now();
  }
}
