/** What a run takes over from another one instead of making it again: references to what is in AWS still. Pure. */
import type { DataSet, RunRecord } from './record.ts';

export interface Takeover extends Pick<RunRecord, 'source' | 'base' | 'model' | 'evaluations' | 'gate' | 'approval'> {
  /** Workflow id of the other run. */
  readonly run: string;
  readonly data: DataSet;
}

/** The stages that a run can begin anew with; what comes before is another run's. */
export type FirstStage = 'train' | 'evaluate' | 'deploy';

/** The first stage that is done anew. */
export function startsAt({ model, evaluations }: Takeover): FirstStage {
  if (!model) return 'train';
  return evaluations ? 'deploy' : 'evaluate';
}
