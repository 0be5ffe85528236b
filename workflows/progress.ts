import type { SearchAttributeUpdatePair } from '@temporalio/common';
import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { workflowIdOf } from '../spec/naming.ts';
import type { Notice, Untold } from '../spec/notices/notice.ts';
import { endNotice, eventOfEnd } from '../spec/notices/run.ts';
import { type Outcome, RUN_VERSION, type RunRecord, type Stage, type Waiting } from '../spec/record.ts';
import type { NoticeEvent } from '../spec/schema/notify.ts';
import { scoreOf } from '../spec/score.ts';
import { startsAt } from '../spec/takeover.ts';
import type { FineTuneInput } from './messages.ts';
import { describeRun, type Given } from './page/page.ts';
import { searchAttributes } from './search-attributes.ts';
import { Telling } from './telling.ts';

const UNTOLD_KEPT = 10;

/** The run's record while it grows, and what the Temporal UI shows of it. */
export class Progress {
  record: RunRecord;
  private readonly given: Given;
  private listedWaiting: string | undefined;
  private listedScore: number | undefined;
  private readonly telling: Telling;

  constructor({ run, spec, account, startedBy, decision, takeover, prices, machine, source }: FineTuneInput) {
    const begun = { version: RUN_VERSION, run: workflowIdOf(run), spec, account, ...(startedBy && { startedBy }) };
    const takenFrom = takeover && { run: takeover.run, stage: startsAt(takeover) };
    const why = { ...(decision && { decision }), ...(takenFrom && { takenFrom }) };
    this.record = { ...begun, ...why, stage: 'data', timings: [] };
    this.telling = new Telling(spec.notify, (untold) => this.noteUntold(untold));
    this.given = { ...(prices && { prices }), ...(machine !== undefined && { machine }), ...(source && { source }) };
  }

  note(facts: Partial<RunRecord>): void {
    this.record = { ...this.record, ...facts };
    setCurrentDetails(describeRun(this.record, this.given));
  }

  /** Runs a stage: what it gives becomes part of the record, with the time it took. */
  async stage<T extends Partial<RunRecord>>(stage: Stage, work: () => Promise<T>): Promise<T> {
    // A run is started with its first stage, and each upsert is an event of its history.
    if (stage !== this.record.stage) this.list({ key: searchAttributes.stage, value: stage });
    const finish = this.begin(stage);
    return finish(await work());
  }

  /** A stage that takes no time; runs are listed with it where they end in it. */
  decide<T extends Partial<RunRecord>>(stage: Stage, decision: () => T): T {
    const finish = this.begin(stage);
    return finish(decision());
  }

  /** The record without facts that hold no more. */
  forget(...facts: (keyof RunRecord)[]): void {
    const kept = Object.entries(this.record).filter(([fact]) => !facts.includes(fact as keyof RunRecord));
    this.record = Object.fromEntries(kept) as unknown as RunRecord;
    this.note({});
  }

  private begin(stage: Stage): <T extends Partial<RunRecord>>(facts: T) => T {
    const startedAt = new Date();
    const earlier = this.record.timings;
    this.note({ stage, timings: [...earlier, { stage, startedAt: startedAt.toISOString() }] });
    return (facts) => {
      const seconds = (Date.now() - startedAt.getTime()) / 1000;
      this.note({ ...facts, timings: [...earlier, { stage, startedAt: startedAt.toISOString(), seconds }] });
      return facts;
    };
  }

  /** Does the work, which is waiting, and lets the record say so meanwhile. */
  async whileWaiting(waiting: Waiting, work: () => Promise<void>): Promise<void> {
    this.note({ waiting });
    this.listWaiting(waiting.for);
    try {
      await work();
    } finally {
      this.forget('waiting');
    }
  }

  /** Lists the run as waiting, or no longer; each change is an event of its history, and so is made only where it is one. */
  listWaiting(cause?: string): void {
    if (cause === this.listedWaiting) return;
    this.listedWaiting = cause;
    upsertSearchAttributes([{ key: searchAttributes.waiting, value: cause ?? null }]);
  }

  /** Lists the run with something else, and no longer as waiting. */
  private list(...attributes: SearchAttributeUpdatePair[]): void {
    const waited = this.listedWaiting === undefined ? [] : [{ key: searchAttributes.waiting, value: null }];
    this.listedWaiting = undefined;
    upsertSearchAttributes([...attributes, ...waited, ...this.scored()]);
  }

  /** The score, once it is known: with a change that is listed anyway. */
  private scored(): SearchAttributeUpdatePair[] {
    const value = scoreOf(this.record);
    if (value === undefined || value === this.listedScore) return [];
    this.listedScore = value;
    return [{ key: searchAttributes.score, value }];
  }

  /** Tells people, where the spec wants them told; nothing waits for that before the run's end. */
  tell(event: NoticeEvent, notice: () => Notice, withinMs?: number): void {
    this.telling.tell(event, notice, withinMs);
  }

  /** Resolves once everybody was told, or could not be within the time that there is for it. */
  async end(outcome: Outcome, facts: Partial<RunRecord> = {}): Promise<RunRecord> {
    this.note({ ...facts, outcome });
    this.list(
      { key: searchAttributes.stage, value: this.record.stage },
      { key: searchAttributes.outcome, value: outcome },
    );
    const { notify } = this.record.spec;
    const event = notify && eventOfEnd(this.record, notify);
    if (event) this.tell(event, () => endNotice(this.record, outcome, event));
    await this.telling.done();
    return this.record;
  }

  private noteUntold(untold: Untold): void {
    this.note({ untold: [...(this.record.untold ?? []), untold].slice(-UNTOLD_KEPT) });
  }
}
