import { askingFor } from '../spec/approval.ts';
import { hoursText } from '../spec/bedrock/serving.ts';
import { decidedText } from '../spec/decision.ts';
import { shownMetrics } from '../spec/metrics.ts';
import type { Metric } from '../spec/numbers.ts';
import { type Deployment, type RunRecord, type Stage, stagesOf } from '../spec/record.ts';
import { remarks } from '../spec/remarks.ts';
import { waitingText } from '../spec/waiting.ts';

const number = (value: Metric): string =>
  typeof value === 'string' ? value : String(Math.round(value * 10_000) / 10_000);

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
  const metrics = Object.entries(model?.metrics ?? {}).map(([name, value]) => `${name} ${number(value)}`);
  const billed = model?.engine === 'sagemaker' ? [`${model.instance}, ${model.billedSeconds} s billed`] : [];
  return [`job \`${trainingJob}\``, ...lacking, ...billed, ...metrics].join('; ');
}

function ofEvaluation({ evaluations, spec, data }: RunRecord): string | undefined {
  if (!evaluations) return undefined;
  const scored = Object.entries(evaluations).map(([who, { scores }]) => {
    const shown = shownMetrics(spec.evaluate?.metrics, data?.kind ?? 'classification');
    const asked = shown.map((metric) => `${metric} ${number(scores.metrics[metric] ?? Number.NaN)}`);
    return `${who}: ${asked.join(', ')}`;
  });
  return [...scored, ...remarks(evaluations)].join('; ');
}

function servedAs(deployment: Deployment): string {
  switch (deployment.to) {
    case 'sagemaker-endpoint':
      return `endpoint \`${deployment.endpoint}\``;
    case 'bedrock-on-demand':
      return `custom model deployment \`${deployment.name}\``;
    case 'bedrock-provisioned':
      return `provisioned throughput \`${deployment.name}\`, which bills ${hoursText(deployment)}`;
    case 'bedrock-import':
      return `imported model \`${deployment.name}\``;
  }
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
      return record.gate?.map(({ passed, reason }) => `${passed ? 'passed' : 'missed'}: ${reason}`).join('; ');
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
  const comment = decision?.comment ? `: ${decision.comment}` : '';
  const told = decidedText(approval, new Date());
  return [
    ...(told ? [`${told}${comment}`] : []),
    ...(givenBack ? [`\`${givenBack}\` was given back, as it bills by the hour`] : []),
  ].join('; ');
}

/** How to decide, from the terminal and from here. */
function howToDecide({ approval, waiting, run }: RunRecord): string[] {
  if (!approval || waiting?.for !== 'approval') return [];
  const { evidence, approvers } = approval;
  const sent = `"by": "YOUR NAME", "evidence": "${evidence}"`;
  return [
    [
      `**To decide**${approvers ? `, as ${approvers.join(' or ')}` : ''}:`,
      `- in a terminal: \`temper approve ${run}\`, or \`temper decline ${run} --comment WHY\``,
      `- here, by the update \`decide\`: \`{"verdict": "approve", ${sent}}\`, or \`{"verdict": "decline", ${sent}, "comment": "WHY"}\``,
      '- here, by the signal `approve` or `decline`, with the same but for the verdict',
    ].join('\n'),
  ];
}

function refusedSignals({ refusedSignals: refused = [] }: RunRecord): string[] {
  return refused.map(
    ({ at, verdict, reason }) => `A signal to ${verdict} did not count at ${at.slice(0, 19)}Z: ${reason}`,
  );
}

/** One line of the list: done, under way, broken off here, or to come. */
function lineOf(record: RunRecord, stage: Stage): string {
  const timing = record.timings.find((entry) => entry.stage === stage);
  if (!timing) return `- ◦ ${stage}`;
  const facts = factsOf(record, stage);
  const known = facts ? ` · ${facts}` : '';
  if (timing.seconds !== undefined) return `- ✔ **${stage}** · ${timing.seconds.toFixed(1)} s${known}`;
  return `- ${record.outcome ? '✖' : '▶'} **${stage}** · since ${timing.startedAt.slice(0, 19)}Z${known}`;
}

const ENDINGS = {
  passed: 'The model passed and was handed over.',
  rejected: 'The gate rejected the model; nothing was deployed.',
  declined: 'The model was declined; nothing was deployed.',
  failed: 'The run failed; what it had started was stopped and removed.',
  cancelled: 'The run was cancelled; what it had started was stopped and removed.',
} as const;

/** Where a run comes from that does not begin at the beginning. */
function takenFrom({ takenFrom: from, startedBy }: RunRecord): string[] {
  if (!from) return [];
  const { how, by, comment } = startedBy ?? {};
  const who = how ? ` (${how}${by ? ` by ${by}` : ''}${comment ? `: ${comment}` : ''})` : '';
  return [`What comes before its ${from.stage} stage is of \`${from.run}\`${who}.`];
}

/** The run's story in Markdown, for the Temporal UI. */
export function describeRecord(record: RunRecord): string {
  const { outcome, failure, leftBehind, waiting } = record;
  const paragraphs = [
    outcome
      ? ENDINGS[outcome]
      : `Now: **${record.stage}**${waiting ? `, ${waitingText(waiting, new Date(), false)}` : ''}.`,
    ...takenFrom(record),
    ...(waiting ? [waiting.message] : []),
    ...howToDecide(record),
    ...refusedSignals(record),
    ...(failure ? [`**${failure.code}** in ${failure.stage}: ${failure.message}`] : []),
    ...(leftBehind ? [`**Left behind**, take it away with \`temper orphans --delete\`: ${leftBehind.join(', ')}`] : []),
    stagesOf(record)
      .map((stage) => lineOf(record, stage))
      .join('\n'),
  ];
  return paragraphs.join('\n\n');
}
