/** Workflow code that goes another way than the histories of real runs: a worker of another version of temper. */
import { setHandler, sleep } from '@temporalio/workflow';
import { recordQuery } from '../../../workflows/messages.ts';

export async function fineTune(): Promise<void> {
  setHandler(recordQuery, () => {
    throw new Error('this run has no record');
  });
  await sleep('1 day');
}
