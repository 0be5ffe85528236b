import { setTimeout as sleep } from 'node:timers/promises';
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

/** The time that a status lasts at least, and what a fault adds. Rejects when the region shuts down. */
export async function passes({ paceMs, shutdown }: Context, slowStartSeconds = 0): Promise<void> {
  await sleep(paceMs + slowStartSeconds * 1000, undefined, { signal: shutdown });
}
