import { CancellationScope, log } from '@temporalio/workflow';

/**
 * What a run must take away, registered before it is created: a create that was done but never acknowledged is removed
 * too. Removed in reverse order, whatever the run was interrupted by.
 */
export class CleanUp {
  private readonly pending = new Map<string, () => Promise<void>>();

  /** @param what names the thing, for people and for {@link keep}: `model product-reviews-7f3a9c` */
  register(what: string, remove: () => Promise<void>): void {
    this.pending.set(what, remove);
  }

  /** The thing is over, or was handed over: it stays. */
  keep(what: string): void {
    this.pending.delete(what);
  }

  /** Removes one thing now; until it is gone it stays registered. */
  async remove(what: string): Promise<void> {
    await this.pending.get(what)?.();
    this.pending.delete(what);
  }

  /** Removes what is left and gives what could not be removed; one failure does not keep the others from going. */
  async run(): Promise<{ leftBehind?: readonly string[] }> {
    return CancellationScope.nonCancellable(async () => {
      const leftBehind: string[] = [];
      for (const [what, remove] of [...this.pending].reverse()) {
        try {
          await remove();
        } catch (error) {
          log.error(`clean-up failed: ${what}`, { error });
          leftBehind.push(what);
        }
      }
      return leftBehind.length > 0 ? { leftBehind } : {};
    });
  }
}
