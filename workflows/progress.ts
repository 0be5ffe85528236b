import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { workflowIdOf } from '../spec/naming.ts';
import type { Outcome, RunRecord, Stage } from '../spec/record.ts';
import { describeRecord } from './details.ts';
import type { FineTuneInput } from './messages.ts';
import { searchAttributes } from './search-attributes.ts';

/** The run's record while it grows, and what the Temporal UI shows of it. */
export class Progress {
  record: RunRecord;

  constructor({ run, spec, account }: FineTuneInput) {
    this.record = { run: workflowIdOf(run), spec, account, stage: 'data', timings: [] };
  }

  note(facts: Partial<RunRecord>): void {
    this.record = { ...this.record, ...facts };
    setCurrentDetails(describeRecord(this.record));
  }

  /** Runs a stage: what it gives becomes part of the record, with the time it took. */
  async stage<T extends Partial<RunRecord>>(stage: Stage, work: () => Promise<T>): Promise<T> {
    const startedAt = new Date();
    const earlier = this.record.timings;
    this.note({ stage, timings: [...earlier, { stage, startedAt: startedAt.toISOString() }] });
    upsertSearchAttributes([{ key: searchAttributes.stage, value: stage }]);
    const facts = await work();
    const seconds = (Date.now() - startedAt.getTime()) / 1000;
    this.note({ ...facts, timings: [...earlier, { stage, startedAt: startedAt.toISOString(), seconds }] });
    return facts;
  }

  end(outcome: Outcome, facts: Partial<RunRecord> = {}): RunRecord {
    this.note({ ...facts, outcome });
    upsertSearchAttributes([{ key: searchAttributes.outcome, value: outcome }]);
    return this.record;
  }
}
