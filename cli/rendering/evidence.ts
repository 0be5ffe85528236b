/** What a decision on a model is made on, as people read it. */
import type { Approval } from '../../spec/approval.ts';
import { durationText } from '../../spec/duration.ts';
import { shownMetrics } from '../../spec/metrics.ts';
import type { RunRecord } from '../../spec/record.ts';
import { addressOf } from '../../spec/serving.ts';
import { timeOf } from '../../spec/waiting.ts';
import type { Screen } from '../output.ts';
import { formatMetric, pad, table } from './format.ts';

/** Scores of all who were evaluated, the gate's verdicts, and what happens when nobody decides. */
export function renderEvidence(record: RunRecord, newer: readonly string[], screen: Screen): string {
  const { style } = screen;
  const { run, model, approval, gate = [] } = record;
  return [
    `  ${style.bold(run)}${approval ? ` · ${approval.reason}` : ''}`,
    '',
    ...scoreLines(record, screen),
    ...gate.map(
      ({ rule, passed, reason }) => `  ${passed ? style.green('✔') : style.red('✖')} ${pad(rule, 30)} ${reason}`,
    ),
    ...(model ? [`  model      ${addressOf(model)}`] : []),
    ...(approval ? deadlineLines(approval) : []),
    ...(newer.length > 0
      ? [
          `  ${style.yellow('since then')} models of newer runs were handed over, which this one would replace: ${newer.join(', ')}`,
        ]
      : []),
    '',
  ].join('\n');
}

function scoreLines({ evaluations = {}, spec, data }: RunRecord, { style, columns }: Screen): string[] {
  const who = Object.entries(evaluations);
  if (who.length === 0) return [];
  const asked = shownMetrics(spec.evaluate?.metrics, data?.kind ?? 'classification');
  const rows = who.map(([name, { scores }]) => [
    `  ${name}`,
    ...asked.map((metric) => formatMetric(scores.metrics[metric] ?? Number.NaN)),
    scores.rows.toLocaleString('en'),
  ]);
  return [table([['', ...asked, 'rows'].map((title) => style.dim(title)), ...rows], columns), ''];
}

function deadlineLines({ evidence, until, otherwise, approvers, givenBack }: Approval): string[] {
  const now = new Date();
  const left = Math.max(0, Math.round((Date.parse(until) - now.getTime()) / 60_000)) * 60;
  const then = otherwise === 'approve' ? 'approved' : 'declined';
  return [
    `  evidence   ${evidence}`,
    `  until      ${timeOf(until, now)}, in ${durationText(left)}; then ${then}`,
    ...(approvers ? [`  by         ${approvers.join(' or ')}`] : []),
    ...(givenBack
      ? [`  throughput ${givenBack} was given back, as it bills by the hour; it is made again after approval`]
      : []),
  ];
}
