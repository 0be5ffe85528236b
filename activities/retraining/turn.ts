/** Firings of a name take turns, whatever has started them: a schedule, somebody in the Temporal UI, a client of one's own. */
import type { S3Client } from '@aws-sdk/client-s3';
import { getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/common';
import { z } from 'zod';
import { s3Keys } from '../../spec/naming.ts';
import { readJson, writeIfUnchanged } from '../cards.ts';
import { unlessNotFound } from '../errors.ts';

const turnShape = z.object({
  /** Workflow id of the firing that has the turn. */
  firing: z.string(),
  /** Its run id in Temporal. */
  runId: z.string(),
  /** Workflow id of the run that it starts, if it does. */
  run: z.string(),
});

export type Turn = z.infer<typeof turnShape>;

/**
 * Takes the turn. Nobody has to give it back: it is over when the firing and its run are, however they end, and Temporal knows
 * that at once, where its lists are a moment behind. Of two that take it at once, S3 lets one write.
 *
 * @returns workflow id of what has the turn, where that is another firing: its run, or itself where none is under way
 */
export async function takeTurn(s3: S3Client, bucket: string, name: string, own: Turn): Promise<string | undefined> {
  const key = s3Keys.turn(name);
  for (;;) {
    const found = await unlessNotFound(`read s3://${bucket}/${key}`, () => readJson(s3, bucket, key, turnShape));
    if (found?.value.runId === own.runId) return undefined;
    const holder = found && (await holderOf(found.value));
    if (holder !== undefined) return holder;
    if (await writeIfUnchanged(s3, bucket, key, own, found?.etag)) return undefined;
  }
}

async function holderOf({ firing, runId, run }: Turn): Promise<string | undefined> {
  const [decides, trains] = await Promise.all([isRunning(firing, runId), isRunning(run)]);
  return trains ? run : decides ? firing : undefined;
}

/** What Temporal does not know, or has forgotten, keeps nobody away. */
async function isRunning(workflowId: string, runId?: string): Promise<boolean> {
  try {
    return (await getClient().workflow.getHandle(workflowId, runId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
