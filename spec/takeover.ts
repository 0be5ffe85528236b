/** What a run takes over from another one instead of making it again: references to what is in AWS still. Pure. */
import type { DataSet, RunRecord } from './record.ts';

export interface Takeover extends Pick<RunRecord, 'source' | 'base' | 'model' | 'evaluations' | 'gate' | 'approval'> {
  /** Workflow id of the other run. */
  readonly run: string;
  readonly data: DataSet;
}

/** The first stage that is done anew. */
export function startsAt({ model, evaluations }: Takeover): 'train' | 'evaluate' | 'deploy' {
  if (!model) return 'train';
  return evaluations ? 'deploy' : 'evaluate';
}
