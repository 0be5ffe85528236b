/** What a run has before it. */
import { SERVING, servedName } from '../../spec/engine.ts';
import { type RunRecord, type Stage, stagesOf } from '../../spec/record.ts';
import type { Spec } from '../../spec/spec.ts';
import { literal } from './markdown.ts';

function approvalText({ approve }: Spec): string {
  if (!approve) return 'approval';
  const { approvers, when, between } = approve;
  const who = `approval by ${approvers?.join(' or ') ?? 'a person'}`;
  return when === 'borderline' && between ? `${who} where ${between.metric} is not above ${between.to}` : who;
}

function toCome(spec: Spec, stage: Stage): string {
  switch (stage) {
    case 'approve':
      return approvalText(spec);
    case 'deploy':
      return spec.deploy.to === 'none'
        ? 'hand-over'
        : `deployment as ${SERVING[spec.deploy.to]} ${literal(servedName(spec))}`;
    default:
      return stage;
  }
}

/** The stages that a run goes through; without an evaluation there is nothing to judge. */
export const stagesOfRun = (record: RunRecord): Stage[] =>
  stagesOf(record).filter((stage) => record.spec.evaluate || (stage !== 'evaluate' && stage !== 'gate'));

/** `Next: evaluate, then gate, then approval by ana or ben, then deployment as endpoint reviews.` */
export function nextText(record: RunRecord): string[] {
  const stages = stagesOfRun(record);
  const coming = stages.slice(stages.indexOf(record.stage) + 1).map((stage) => toCome(record.spec, stage));
  return coming.length > 0 ? [`**Next**: ${coming.join(', then ')}.`] : [];
}
