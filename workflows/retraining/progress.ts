import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Finding, Firing } from '../../spec/retrain.ts';
import { searchAttributes } from '../search-attributes.ts';
import type { FiringContext } from './context.ts';
import { pageOf } from './page.ts';

/** What the Temporal UI shows of a firing while it goes on. */
export class FiringProgress {
  private findings: readonly Finding[] = [];
  private readonly context: FiringContext;

  constructor(context: FiringContext) {
    this.context = context;
    this.show();
  }

  found(findings: readonly Finding[]): void {
    this.findings = [...findings];
    this.show();
  }

  note(firing: Firing): void {
    this.findings = firing.decision.findings;
    this.show(firing);
  }

  /** Lists the firing with what came of it. */
  end(firing: Firing): Firing {
    const skipped = firing.decision.decided === 'skip';
    upsertSearchAttributes([{ key: searchAttributes.outcome, value: skipped ? 'skipped' : (firing.outcome ?? null) }]);
    return firing;
  }

  private show(firing?: Firing): void {
    setCurrentDetails(pageOf(this.context, this.findings, firing));
  }
}
