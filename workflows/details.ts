import { shownMetrics } from '../spec/metrics.ts';
import type { Metric } from '../spec/numbers.ts';
import type { Deployment, RunRecord, Stage } from '../spec/record.ts';
import { STAGES } from '../spec/record.ts';
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
  const lacking = shortages.map(({ instance, of, times }) => `no ${of} of ${instance} (${times}×)`);
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
      return `provisioned throughput \`${deployment.name}\``;
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
    case 'deploy':
      return record.deployment && `${servedAs(record.deployment)}; smoke test ok`;
  }
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
  failed: 'The run failed; what it had started was stopped and removed.',
  cancelled: 'The run was cancelled; what it had started was stopped and removed.',
} as const;

/** The run's story in Markdown, for the Temporal UI. */
export function describeRecord(record: RunRecord): string {
  const { outcome, failure, leftBehind, waiting } = record;
  const paragraphs = [
    outcome
      ? ENDINGS[outcome]
      : `Now: **${record.stage}**${waiting ? `, ${waitingText(waiting, new Date(), false)}` : ''}.`,
    ...(waiting ? [waiting.message] : []),
    ...(failure ? [`**${failure.code}** in ${failure.stage}: ${failure.message}`] : []),
    ...(leftBehind ? [`**Left behind**, take it away with \`temper orphans --delete\`: ${leftBehind.join(', ')}`] : []),
    STAGES.map((stage) => lineOf(record, stage)).join('\n'),
  ];
  return paragraphs.join('\n\n');
}
