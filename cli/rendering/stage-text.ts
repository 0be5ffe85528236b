import { askingFor } from '../../spec/approval.ts';
import { hoursText } from '../../spec/bedrock/serving.ts';
import { decidedText } from '../../spec/decision.ts';
import { isBedrock, SERVING, servedName } from '../../spec/engine.ts';
import type { RuleVerdict } from '../../spec/gate.ts';
import { parseRule } from '../../spec/gate.ts';
import { shownMetrics } from '../../spec/metrics.ts';
import type { Metric } from '../../spec/numbers.ts';
import type { RunRecord, Stage } from '../../spec/record.ts';
import { remarks } from '../../spec/remarks.ts';
import { nameOf } from '../../spec/serving.ts';
import { formatMetric, plural } from './format.ts';

/** What a stage did, in a few words. */
export interface StageText {
  readonly text: string;
  readonly extra?: string;
  /** What needs a line of its own, below. */
  readonly notes?: readonly string[];
}

export function stageText(record: RunRecord, stage: Stage): StageText {
  switch (stage) {
    case 'data':
      return { text: dataText(record), extra: conflictsText(record) };
    case 'train':
      return {
        text: [record.spec.train.engine, record.model?.jobName ?? record.trainingJob].filter(Boolean).join(' · '),
        extra: [machineText(record), metricsText(record.model?.metrics ?? {})].filter(Boolean).join(' · '),
      };
    case 'evaluate':
      return scoresText(record);
    case 'gate':
      return { text: gateText(record.gate ?? []) };
    case 'approve':
      return { text: approvalText(record), extra: record.approval?.decision?.comment ?? '' };
    case 'deploy':
      return { text: deploymentText(record) };
  }
}

function dataText({ data, spec }: RunRecord): string {
  if (!data) return '';
  const splits = Object.values(data.splits);
  const logs = isBedrock(spec) ? spec.train.invocationLogs : undefined;
  if (logs && splits.length === 0) return `prompts of ${logs}`;
  const rows = splits.reduce((total, split) => total + split.rows, 0);
  return [
    ...(logs ? [`prompts of ${logs}`] : []),
    plural(rows, 'row'),
    plural(splits.length, 'split'),
    ...(data.duplicates > 0 ? [`${plural(data.duplicates, 'duplicate')} left out`] : []),
    `sha256:${data.sha256.slice(0, 4)}…`,
  ].join(' · ');
}

function conflictsText({ data }: RunRecord): string {
  return data && data.conflicts > 0 ? `${plural(data.conflicts, 'text')} under two labels, one row of each kept` : '';
}

/** Which instance type it became, where the first one could not be had. */
function machineText({ model, shortages = [] }: RunRecord): string {
  const lacking = shortages
    .filter(({ stage }) => stage === 'train')
    .map(({ instance, of }) => `no ${of} of ${instance}`)
    .join(', ');
  const found = lacking && model?.engine === 'sagemaker' ? [`on ${model.instance}`] : [];
  return [...(lacking ? [lacking] : []), ...found].join(', ');
}

function metricsText(metrics: Readonly<Record<string, Metric>>): string {
  return Object.entries(metrics)
    .slice(0, 3)
    .map(([name, value]) => `${name} ${formatMetric(value)}`)
    .join(' · ');
}

/** The first metric in full, the others beside it. */
function scoresText(record: RunRecord): StageText {
  const { evaluations, spec, data } = record;
  const { base, champion, candidate } = evaluations ?? {};
  if (!candidate) return { text: '' };
  const before = [
    ...(base ? [{ who: 'base', scores: base.scores }] : []),
    ...(champion ? [{ who: 'champion', scores: champion.scores }] : []),
  ];
  const shown = shownMetrics(spec.evaluate?.metrics, data?.kind ?? 'classification');
  const [first = '', ...others] = shown.map((metric, i) => {
    if (before.length === 0) return `${metric} ${formatMetric(candidate.scores.metrics[metric] ?? Number.NaN)}`;
    const values = [...before, { who: 'candidate', scores: candidate.scores }].map(({ who, scores }) => {
      const value = formatMetric(scores.metrics[metric] ?? Number.NaN);
      return i === 0 ? `${who} ${value}` : value;
    });
    return `${metric} ${values.join(' → ')}`;
  });
  return { text: first, extra: others.join(' · '), notes: remarks(record) };
}

const SIGNS = { '>=': '≥', '<=': '≤', '>': '>', '<': '<', '==': '=' } as const;

/** Rules that held are told in short; those that did not come after the stages, with all of their values. */
export function gateText(verdicts: readonly RuleVerdict[]): string {
  if (verdicts.length === 0) return 'no rules';
  const missed = verdicts.filter(({ passed }) => !passed).length;
  return missed > 0
    ? `${missed} of ${plural(verdicts.length, 'rule')} missed`
    : [...new Set(verdicts.map(ruleText))].join(' · ');
}

function ruleText(verdict: RuleVerdict): string {
  const rule = parseRule(verdict.rule);
  const { slice, threshold, value, interval } = verdict;
  if (threshold === undefined) return 'no champion yet';
  const ahead = value - (threshold - rule.offset);
  const where = slice ? `${slice.value || `no ${slice.field}`}: ` : '';
  if (!rule.relativeTo || !rule.operator.startsWith('>') || ahead <= 0) {
    return `${where}${rule.metric} ${formatMetric(value)} ${SIGNS[rule.operator]} ${formatMetric(threshold)}`;
  }
  const least = interval ? ` (at least ${formatMetric(interval.lower)})` : '';
  return `${where}beats ${rule.relativeTo} by ${formatMetric(ahead)}${least}`;
}

export const decisionText = ({ approval }: RunRecord): string =>
  (approval && decidedText(approval, new Date())) ?? 'not decided';

function approvalText(record: RunRecord): string {
  const { approval, spec, evaluations } = record;
  if (approval) return decisionText(record);
  const asking = spec.approve && askingFor(spec.approve, evaluations?.candidate?.scores);
  return asking?.asked === false ? `nobody asked: ${asking.reason}` : '';
}

function deploymentText({ deployment, spec }: RunRecord): string {
  if (deployment) {
    const made = deployment.created ? 'created' : 'updated';
    const bills = deployment.to === 'bedrock-provisioned' ? ` · bills ${hoursText(deployment)}` : '';
    return `${SERVING[deployment.to]} ${nameOf(deployment)} ${made} · smoke test ok${bills}`;
  }
  return spec.deploy.to === 'none' ? 'not asked for' : `${SERVING[spec.deploy.to]} ${servedName(spec)}`;
}
