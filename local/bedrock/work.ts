import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Hold, ResourceFault } from '../aws/faults.ts';
import type { Context } from './context.ts';

/** What goes on behind the answers: all of it is waited for when the region shuts down. */
export class Work {
  readonly #running = new Set<Promise<void>>();

  /** Work that rejects by the shutdown is left for the next start; it must not reject by anything else. */
  start({ shutdown }: Context, work: () => Promise<void>): void {
    const one: Promise<void> = work()
      .catch((error: unknown) => {
        if (!shutdown.aborted) throw error;
      })
      .finally(() => this.#running.delete(one));
    this.#running.add(one);
  }

  async close(): Promise<void> {
    await Promise.all(this.#running);
  }
}

/**
 * Resolves when what is `at` something goes on: after the time that it lasts at least, what a fault adds, and as long as a
 * fault holds it there. Rejects when the signal is aborted.
 */
export async function passes(
  { paceMs, shutdown, planned }: Pick<Context, 'paceMs' | 'shutdown' | 'planned'>,
  { slowStartSeconds = 0, hold = [] }: ResourceFault = {},
  at?: Hold,
): Promise<void> {
  const released = AbortSignal.any([shutdown, planned()]);
  await sleep(paceMs + slowStartSeconds * 1000, undefined, { signal: shutdown });
  if (at === undefined || !hold.includes(at) || released.aborted) return;
  await once(released, 'abort');
  shutdown.throwIfAborted();
}
