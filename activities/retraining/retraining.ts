/** What the firings of a schedule look up, read and keep. */
import { getClient } from '@temporalio/activity';
import type { Account, RunRecord } from '../../spec/record.ts';
import type { Firing } from '../../spec/retrain.ts';
import { noteOf } from '../../spec/retraining/line.ts';
import type { AwsProvider } from '../aws.ts';
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
