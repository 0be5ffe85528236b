import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Notice, Untold } from '../../spec/notices/notice.ts';
import type { Finding, Firing } from '../../spec/retrain.ts';
import type { NoticeEvent } from '../../spec/schema/notify.ts';
import { searchAttributes } from '../search-attributes.ts';
import { Telling } from '../telling.ts';
import type { FiringContext } from './context.ts';
import { pageOf } from './page.ts';

/** What the Temporal UI shows of a firing while it goes on. */
export class FiringProgress {
  private findings: readonly Finding[] = [];
  private readonly context: FiringContext;
  private readonly telling: Telling;
  private firing: Firing | undefined;
  private untold: readonly Untold[] = [];

  constructor(context: FiringContext) {
    this.context = context;
    this.telling = new Telling(context.spec.notify, (untold) => {
      this.untold = [...this.untold, untold];
      this.show();
    });
    this.show();
  }

  found(findings: readonly Finding[]): void {
    this.findings = [...findings];
    this.show();
  }

  note(firing: Firing): void {
    this.findings = firing.decision.findings;
    this.firing = firing;
    this.show();
  }

  /** Tells people, where the spec wants them told; resolves once they were, or could not be. */
  async tell(event: NoticeEvent, notice: () => Notice): Promise<void> {
    this.telling.tell(event, notice);
    await this.telling.done();
  }

  /** Lists the firing with what came of it. */
  end(firing: Firing): Firing {
    const skipped = firing.decision.decided === 'skip';
    upsertSearchAttributes([{ key: searchAttributes.outcome, value: skipped ? 'skipped' : (firing.outcome ?? null) }]);
    return firing;
  }

  private show(): void {
    setCurrentDetails(pageOf(this.context, this.findings, this.firing, this.untold));
  }
}
