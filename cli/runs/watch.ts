/** A run as it goes on, one snapshot after the other. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type WorkflowExecutionDescription, WorkflowFailedError } from '@temporalio/client';
import type { RunRecord } from '../../spec/record.ts';
import { UserError } from '../errors.ts';
import type { Temporal } from '../temporal.ts';
import { isGone } from '../temporal-errors.ts';
import { versionOf } from '../workers/versions.ts';
import { lacksInputs, type Pending, pendingOf, withWaiting } from './pending.ts';
import { askForRecord, closedRecord, queryRecord } from './records.ts';

/**
 * What a run cannot go on without: a pipeline worker, one of its version, one whose code its history is of, the machine with
 * its files, or Temporal itself.
 */
export type Missing = 'worker' | 'version' | 'code' | 'inputs' | 'temporal';

export interface Snapshot {
  /** The last record that is known. */
  readonly record?: RunRecord;
  readonly pending?: Pending;
  readonly missing?: Missing;
  /** Whether the run is over; the record is its last then. */
  readonly closed: boolean;
}

const FASTEST_MS = 500;
const SLOWEST_MS = 2_000;
/** That nobody is left to answer shows only when somebody asks. */
const TRUSTED_MS = 5_000;
/** The client tries again by itself for much longer than a person wants to know nothing. */
const PATIENCE_MS = 3_000;
/** How long one signal is given to the client, which leaves a listener on it each time that it asks again. */
const ASKED_FOR_MS = 60_000;

/**
 * Looks at a run until it is over; the last snapshot is the closed one. Ends early, without it, when the signal is
 * aborted. Temporal or the workers being away is part of a snapshot, not an error.
 */
export async function* watchRun(temporal: Temporal, workflowId: string, signal: AbortSignal): AsyncGenerator<Snapshot> {
  let last: Snapshot = { closed: false };
  let delay = FASTEST_MS;
  const answers = new Answers(temporal);
  const done = new AbortController();
  const over = endOf(temporal, workflowId, AbortSignal.any([signal, done.signal]));
  const woken = AbortSignal.any([signal, over]);
  try {
    while (!signal.aborted) {
      const next = await temporal.client.withDeadline(Date.now() + PATIENCE_MS, () =>
        look(temporal, workflowId, last, answers),
      );
      yield next;
      if (next.closed) return;
      delay = JSON.stringify(next) === JSON.stringify(last) ? Math.min(delay * 1.25, SLOWEST_MS) : FASTEST_MS;
      last = next;
      await sleep(delay, undefined, { signal: woken }).catch(() => {});
    }
  } finally {
    done.abort();
  }
}

/** Aborted at the moment the run ends: Temporal is asked to answer then, and an outage is waited out. */
function endOf({ client }: Temporal, workflowId: string, signal: AbortSignal): AbortSignal {
  const over = new AbortController();
  const wait = async (): Promise<void> => {
    while (!signal.aborted) {
      // Not AbortSignal.timeout, which Node 20 forgets where nothing but a signal that is composed of it has hold of it.
      const enough = new AbortController();
      const timer = setTimeout(() => enough.abort(), ASKED_FOR_MS);
      const asked = AbortSignal.any([signal, enough.signal]);
      try {
        await client.withAbortSignal(asked, () => client.workflow.getHandle(workflowId).result());
        return over.abort();
      } catch (error) {
        if (error instanceof WorkflowFailedError) return over.abort();
      } finally {
        clearTimeout(timer);
      }
      if (asked.aborted) continue;
      await sleep(SLOWEST_MS, undefined, { signal }).catch(() => {});
    }
  };
  void wait();
  return over.signal;
}

/** What a run answers; it is not asked again where its history is as long as before, so that nothing can have changed. */
class Answers {
  readonly #temporal: Temporal;
  #last: { readonly record: RunRecord; readonly events: number; readonly at: number } | undefined;

  constructor(temporal: Temporal) {
    this.#temporal = temporal;
  }

  /** @param doubtful whether nobody may be there to answer */
  async record(description: WorkflowExecutionDescription, doubtful: boolean): Promise<RunRecord> {
    const last = this.#last;
    const events = description.historyLength;
    if (last?.events === events && Date.now() - last.at < TRUSTED_MS) return last.record;
    const record = doubtful
      ? await askForRecord(this.#temporal, description)
      : await queryRecord(this.#temporal, description.workflowId, versionOf(description));
    this.#last = { record, events, at: Date.now() };
    return record;
  }
}

async function look(temporal: Temporal, workflowId: string, last: Snapshot, answers: Answers): Promise<Snapshot> {
  const known = last.record ? { record: last.record } : {};
  try {
    const handle = temporal.client.workflow.getHandle(workflowId);
    const description = await handle.describe();
    const status = description.status.name;
    if (status !== 'RUNNING') return { record: await closedRecord(temporal, handle, status), closed: true };
    const record = await answers.record(description, !last.record || last.missing !== undefined);
    if (lacksInputs(record, description)) return { record, missing: 'inputs', closed: false };
    const pending = pendingOf(record, description);
    return { record: withWaiting(record, description), ...(pending && { pending }), closed: false };
  } catch (error) {
    const missing = error instanceof UserError ? MISSING_BY[error.code] : undefined;
    if (missing) return { ...known, missing, closed: false };
    if (isGone(error)) return { ...known, missing: 'temporal', closed: false };
    throw error;
  }
}

const MISSING_BY: Readonly<Record<string, Missing>> = {
  NoWorker: 'worker',
  NoWorkerOfVersion: 'version',
  OtherCode: 'code',
};
