/** The jobs of a run, as they are called in AWS. */
import { type Contender, parseWorkflowId, transformJobName } from '../../spec/naming.ts';
import type { RunRecord } from '../../spec/record.ts';

/** The transform jobs of its evaluation. */
export function transformJobsOf({ run, spec }: RunRecord): string[] {
  const ref = parseWorkflowId(run);
  const contenders: readonly Contender[] = spec.train.base ? ['base', 'candidate'] : ['candidate'];
  return ref ? contenders.map((contender) => transformJobName(ref, contender)) : [];
}
