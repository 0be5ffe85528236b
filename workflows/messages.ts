/** What can be asked of a run and told to it. */
import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { Decided } from '../spec/approval.ts';
import type { Prices } from '../spec/cost/prices.ts';
import type { RunRef } from '../spec/naming.ts';
import type { Account, RunRecord, SourceBundle, StartedBy } from '../spec/record.ts';
import type { RetrainDecision } from '../spec/retrain.ts';
import type { Spec } from '../spec/spec.ts';
import type { Takeover } from '../spec/takeover.ts';

/** What a run starts with; everything in it is resolved and checked. */
export interface FineTuneInput {
  /** RUN_VERSION of the CLI that started it. */
  readonly version: number;
  readonly run: RunRef;
  readonly spec: Spec;
  readonly account: Account;
  /** Absent where a client of one's own started it. */
  readonly startedBy?: StartedBy;
  readonly takeover?: Takeover;
  /** Why the schedule started it. */
  readonly decision?: RetrainDecision;
  /** The code, where it is in S3 already. */
  readonly source?: SourceBundle;
  /** Directory of the spec file, absolute, on the machine that uploads: the spec's relative paths start here. */
  readonly directory: string;
  /** The name of that machine. */
  readonly machine?: string;
  /** Of the machines and models of the spec in its region, as far as they are known; what a budget is held against. */
  readonly prices?: Prices;
}

/** The run's record as it stands now. */
export const recordQuery = defineQuery<RunRecord>('record');

/** A person's decision on the model. Refused with a code of the error catalogue; see spec/decision.ts for what counts. */
export const decideUpdate = defineUpdate<Decided, [sent: unknown]>('decide');

/** The same from the Temporal UI, for what is easier to send there. What does not count is told in the record. */
export const approveSignal = defineSignal<[sent: unknown]>('approve');
export const declineSignal = defineSignal<[sent: unknown]>('decline');

/** What the firings of a schedule start with; resolved and checked when the schedule is created or updated. */
export interface RetrainInput extends Pick<FineTuneInput, 'version' | 'spec' | 'account' | 'source' | 'prices'> {}
