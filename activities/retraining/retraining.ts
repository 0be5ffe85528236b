/** What the firings of a schedule look up, read and keep. */
import { getClient } from '@temporalio/activity';
import type { RunRef } from '../../spec/naming.ts';
import type { Account, RunRecord } from '../../spec/record.ts';
import type { Firing } from '../../spec/retrain.ts';
import type { DataChange } from '../../spec/retraining/data-change.ts';
import { noteOf } from '../../spec/retraining/line.ts';
import type { AwsProvider } from '../aws.ts';
import { compareData, type DataQuestion, keepData } from './data.ts';
import { newestFirings, writeFiring } from './ledger.ts';
import { type LookedUp, lookUp, type Question } from './look-up.ts';
import { writeNote } from './note.ts';

/** Decisions that the note of a schedule tells. */
const NOTED = 8;

export function createRetrainingActivities({ aws }: { readonly aws: AwsProvider }) {
  return {
    /** Who asked for the firing, what there is of its name, and what its month has cost. */
    async lookUpFiring(question: Question): Promise<LookedUp> {
      return lookUp(aws(question.account.region), question);
    },

    /** What is new in the data of the spec; what was seen of it is kept until the next firing looks. */
    async compareData(question: DataQuestion): Promise<{ readonly change: DataChange; readonly compared: boolean }> {
      return compareData(aws(question.account.region).s3, question);
    },

    /** Keeps what {@link compareData} has seen as what the run consists of: what comes later is new to the next. */
    async keepData({ account, run }: { account: Account; run: RunRef }): Promise<void> {
      await keepData(aws(account.region).s3, account.bucket, run);
    },

    /** Writes the firing's card. The one of a firing that trains is there before its run is, with what that can cost. */
    async recordFiring({ account, firing }: { account: Account; firing: Firing }): Promise<void> {
      await writeFiring(aws(account.region).s3, account.bucket, firing);
    },

    /** Lets the note of the name's schedule tell the last decisions. */
    async noteFirings({ account, name }: { account: Account; name: string }): Promise<void> {
      const { firings } = await newestFirings(aws(account.region).s3, account.bucket, name, NOTED);
      await writeNote(name, noteOf(firings));
    },

    /** The record of a run that had no chance to give it, by asking what it had come to. */
    async askForRecord(run: string): Promise<RunRecord> {
      return getClient().workflow.getHandle(run).query<RunRecord>('record');
    },
  };
}
export type RetrainingActivities = ReturnType<typeof createRetrainingActivities>;
