/** The jobs of a run, as they are called in AWS. */
import { isSageMaker } from '../../spec/engine.ts';
import { CONTENDERS, parseWorkflowId, transformJobName } from '../../spec/naming.ts';
import type { RunRecord } from '../../spec/record.ts';

/** The transform jobs of its evaluation. */
export function transformJobsOf({ run, spec, base, champion, evaluationTries: tries = {} }: RunRecord): string[] {
  const ref = parseWorkflowId(run);
  const { model, gone } = champion ?? {};
  const apart = model?.engine === 'sagemaker' && gone === undefined && model.artifact !== base?.artifact;
  const own = isSageMaker(spec);
  const absent = [
    ...(own && spec.train.base ? [] : ['base']),
    ...(own ? [] : ['candidate']),
    ...(apart ? [] : ['champion']),
  ];
  const contenders = CONTENDERS.filter((who) => !absent.includes(who));
  return ref ? contenders.map((contender) => transformJobName(ref, contender, tries[contender])) : [];
}
