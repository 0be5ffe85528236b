/** The jobs of a run, as they are called in AWS. */
import { CONTENDERS, parseWorkflowId, transformJobName } from '../../spec/naming.ts';
import type { RunRecord } from '../../spec/record.ts';

/** The transform jobs of its evaluation. */
export function transformJobsOf({ run, spec, base, champion, evaluationTries: tries = {} }: RunRecord): string[] {
  const ref = parseWorkflowId(run);
  const { model, gone } = champion ?? {};
  const apart = model?.engine === 'sagemaker' && gone === undefined && model.artifact !== base?.artifact;
  const absent = [...(spec.train.base ? [] : ['base']), ...(apart ? [] : ['champion'])];
  const contenders = CONTENDERS.filter((who) => !absent.includes(who));
  return ref ? contenders.map((contender) => transformJobName(ref, contender, tries[contender])) : [];
}
