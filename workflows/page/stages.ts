/** What each stage has found, in a line. */
import { askingFor } from '../../spec/approval.ts';
import { hoursText } from '../../spec/bedrock/serving.ts';
import { decidedText } from '../../spec/decision.ts';
import type { Deployment } from '../../spec/deployment.ts';
import { formatSeconds } from '../../spec/duration.ts';
import { SERVING } from '../../spec/engine.ts';
import type { RunRecord, Stage, StageTiming } from '../../spec/record.ts';
import { remarks } from '../../spec/remarks.ts';
import { numberText, scoreTexts } from '../../spec/scores-text.ts';
import { nameOf } from '../../spec/serving.ts';
import { timeOf } from '../../spec/waiting.ts';
import { literal, plain } from './markdown.ts';
import { heldText } from './rules.ts';

function ofData({ data }: RunRecord): string | undefined {
  if (!data) return undefined;
  const splits = Object.entries(data.splits).map(([name, split]) => `${name} ${split.rows}`);
  return `rows: ${splits.join(', ')}; \`sha256:${data.sha256.slice(0, 12)}\``;
}

function ofTraining({ trainingJob, model, shortages = [] }: RunRecord): string | undefined {
  if (!trainingJob) return undefined;
  const lacking = shortages
    .filter(({ stage }) => stage === 'train')
    .map(({ instance, of, times }) => `no ${of} of ${instance} (${times}×)`);
  const metrics = Object.entries(model?.metrics ?? {}).map(([name, value]) => `${name} ${numberText(value)}`);
  const billed = model?.engine === 'sagemaker' ? [`${model.instance}, ${model.billedSeconds} s billed`] : [];
  return [`job \`${trainingJob}\``, ...lacking, ...billed, ...metrics].join('; ');
}

function ofEvaluation(record: RunRecord): string | undefined {
  const { evaluations } = record;
  return evaluations && [...scoreTexts(record), ...remarks(record).map(plain)].join('; ');
}

/** ``endpoint `reviews` `` */
export function servedAs(deployment: Deployment): string {
  const bills = deployment.to === 'bedrock-provisioned' ? `, which bills ${hoursText(deployment)}` : '';
  return `${SERVING[deployment.to]} ${literal(nameOf(deployment))}${bills}`;
}

function factsOf(record: RunRecord, stage: Stage): string | undefined {
  switch (stage) {
    case 'data':
      return ofData(record);
    case 'train':
      return ofTraining(record);
    case 'evaluate':
      return ofEvaluation(record);
    case 'gate':
      return record.gate && heldText(record.gate);
    case 'approve':
      return approvalFacts(record);
    case 'deploy':
      return record.deployment && `${servedAs(record.deployment)}; smoke test ok`;
  }
}

function approvalFacts({ approval, spec, evaluations }: RunRecord): string | undefined {
  const asking = spec.approve && askingFor(spec.approve, evaluations?.candidate?.scores);
  if (asking?.asked === false) return `nobody asked: ${asking.reason}`;
  if (!approval) return undefined;
  const { decision, givenBack } = approval;
  const comment = decision?.comment ? `: ${literal(decision.comment)}` : '';
  const told = decidedText(approval);
  return [
    ...(told ? [`${told}${comment}`] : []),
    ...(givenBack ? [`\`${givenBack}\` was given back, as it bills by the hour`] : []),
  ].join('; ');
}

/** A line of the list of what the run has done: done, under way, or where it broke off. */
export function stageLine(record: RunRecord, { stage, startedAt, seconds }: StageTiming): string {
  const facts = factsOf(record, stage);
  const known = facts ? ` · ${facts}` : '';
  if (seconds === undefined) {
    const begun = record.outcome ? `✖ **${stage}** · begun` : `▶ **${stage}** · since`;
    return `${begun} ${timeOf(startedAt)}${known}`;
  }
  const took = seconds >= 0.05 ? ` · ${formatSeconds(seconds)}` : '';
  const missed = stage === 'gate' && record.gate?.some(({ passed }) => !passed);
  return `${missed ? '✖' : '✔'} **${stage}**${took}${known}`;
}
