/** Tells people what becomes of a workflow, which does not wait for that before its end. */
import { CancellationScope, log, proxyActivities } from '@temporalio/workflow';
import type { PipelineActivities } from '../activities/index.ts';
import type { Notice, Untold } from '../spec/notices/notice.ts';
import type { NoticeEvent, NotifySpec } from '../spec/schema/notify.ts';
import { rootOf } from './failures.ts';
import * as profiles from './profiles.ts';

const { notify } = proxyActivities<PipelineActivities>(profiles.notify);

export class Telling {
  private readonly pending: Promise<void>[] = [];
  private readonly spec: NotifySpec | undefined;
  private readonly onUntold: (untold: Untold) => void;

  /** @param onUntold is told what people could not be told */
  constructor(spec: NotifySpec | undefined, onUntold: (untold: Untold) => void) {
    this.spec = spec;
    this.onUntold = onUntold;
  }

  /** Tells of it where the spec names the event; a cancel of the workflow does not keep it from going out. */
  tell(event: NoticeEvent, make: () => Notice): void {
    const { topic, on } = this.spec ?? {};
    if (topic === undefined || !on?.includes(event)) return;
    const notice = make();
    const told = CancellationScope.nonCancellable(() =>
      notify.executeWithOptions({ summary: `tell ${topic}: ${notice.title}` }, [{ topic, notice }]),
    ).catch((error: unknown) => {
      const { message } = rootOf(error) as Error;
      log.warn(`nobody could be told (${event}): ${message}`);
      this.onUntold({ at: new Date().toISOString(), event, message });
    });
    this.pending.push(told);
  }

  /** Resolves when all was told, or could not be. */
  async done(): Promise<void> {
    await Promise.all(this.pending);
  }
}
