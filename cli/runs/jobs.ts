/** The jobs of a run, as they are called in AWS. */
import { type Contender, parseWorkflowId, trainingJobName, transformJobName } from '../../spec/naming.ts';
import type { RunRecord } from '../../spec/record.ts';

/** Its training job, whether its record knows of it yet or not. */
export function trainingJobOf({ run, trainingJob }: RunRecord): string {
  const ref = parseWorkflowId(run);
  return trainingJob ?? (ref ? trainingJobName(ref) : run);
}

/** The transform jobs of its evaluation. */
export function transformJobsOf({ run, spec }: RunRecord): string[] {
  const ref = parseWorkflowId(run);
  const contenders: readonly Contender[] = spec.train.base ? ['base', 'candidate'] : ['candidate'];
  return ref ? contenders.map((contender) => transformJobName(ref, contender)) : [];
}
