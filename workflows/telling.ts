/** Tells people what becomes of a workflow, which does not wait for that before its end. */
import { CancellationScope, condition, log, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../activities/index.ts';
import type { Notice, Untold } from '../spec/notices/notice.ts';
import type { NoticeEvent, NotifySpec } from '../spec/schema/notify.ts';
import { rootOf } from './failures.ts';
import * as profiles from './profiles.ts';

const { notify } = proxyActivities<PipelineActivities>(profiles.notify);

/** A workflow ends later by no more than this where nobody can be told. */
const LONGEST_DELAY = '1 minute';

export class Telling {
  /** What is being told, by its id. */
  private readonly pending = new Map<string, NoticeEvent>();
  private readonly spec: NotifySpec | undefined;
  private readonly onUntold: (untold: Untold) => void;

  /** @param onUntold is told what people could not be told */
  constructor(spec: NotifySpec | undefined, onUntold: (untold: Untold) => void) {
    this.spec = spec;
    this.onUntold = onUntold;
  }

  /**
   * Tells of it where the spec names the event; a cancel of the workflow does not keep it from going out.
   *
   * @param withinMs how long it is worth telling
   */
  tell(event: NoticeEvent, make: () => Notice, withinMs?: number): void {
    const { topic, on } = this.spec ?? {};
    if (topic === undefined || !on?.includes(event)) return;
    const notice = make();
    const options = {
      summary: `tell ${topic}: ${notice.title}`,
      ...(withinMs !== undefined && { scheduleToCloseTimeout: withinMs }),
    };
    this.pending.set(notice.id, event);
    void CancellationScope.nonCancellable(() => notify.executeWithOptions(options, [{ topic, notice }]))
      .catch((error: unknown) => this.noteUntold(event, (rootOf(error) as Error).message))
      .finally(() => this.pending.delete(notice.id));
  }

  /** Resolves when all was told, or could not be. */
  async done(): Promise<void> {
    if (this.pending.size === 0) return;
    await CancellationScope.nonCancellable(() => condition(() => this.pending.size === 0, LONGEST_DELAY));
    for (const event of this.pending.values()) {
      this.noteUntold(event, `AWS had not taken it ${LONGEST_DELAY} after the end`);
    }
  }

  private noteUntold(event: NoticeEvent, message: string): void {
    log.warn(`nobody could be told (${event}): ${message}`);
    this.onUntold({ at: new Date().toISOString(), event, message });
  }
}
