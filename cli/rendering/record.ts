/** A run's record as people read it: pure, and the same for run, watch and show. */

import { basename } from 'node:path/posix';
import { askingFor } from '../../spec/approval.ts';
import { hoursText } from '../../spec/bedrock/serving.ts';
import type { Kind } from '../../spec/data/examples.ts';
import { decidedText } from '../../spec/decision.ts';
import { isBedrock, jobKind, servedName } from '../../spec/engine.ts';
import { isPipelineCode } from '../../spec/errors/pipeline.ts';
import type { RuleVerdict } from '../../spec/gate.ts';
import { parseRule } from '../../spec/gate.ts';
import { shownMetrics } from '../../spec/metrics.ts';
import type { Metric } from '../../spec/numbers.ts';
import {
  type AskingProgress,
  type DataProgress,
  type Deployment,
  type Outcome,
  type RunRecord,
  STAGES,
  type Stage,
  type TrainedModel,
} from '../../spec/record.ts';
import { remarks } from '../../spec/remarks.ts';
import { waitingText } from '../../spec/waiting.ts';
import type { Screen, Style } from '../output.ts';
import type { Pending } from '../runs/pending.ts';
import { advice } from './advice.ts';
import { formatBytes, formatMetric, formatSeconds, formatWhole, pad, plural, shorten, widthOf } from './format.ts';

const STAGE_WIDTH = 11;
/** Where the text of a stage begins, behind its mark and name. */
const TEXT_AT = 4 + STAGE_WIDTH;
const TEXT_WIDTH = 50;
const SECONDS_WIDTH = 8;
/** Below this many columns, times stand right behind the text: in a column of their own they would wrap. */
const ROOMY = 80;

/** What a stage did, in a few words. */
interface StageText {
  readonly text: string;
  readonly extra?: string;
  /** What needs a line of its own, below. */
  readonly notes?: readonly string[];
}

/** The stages that are over, in order: done, or where the run ended. */
export function finishedStages(record: RunRecord): Stage[] {
  const ended = record.outcome !== undefined;
  return STAGES.filter((stage) => {
    const timing = record.timings.find((each) => each.stage === stage);
    return timing !== undefined && (ended || timing.seconds !== undefined);
  });
}

/** One line for a stage that is over. */
export function stageLine(record: RunRecord, stage: Stage, screen: Screen): string {
  const { style } = screen;
  const { text, extra, notes = [] } = stageText(record, stage);
  const below = notes.map((note) => `\n${' '.repeat(TEXT_AT)}${style.dim(note)}`).join('');
  const seconds = record.timings.find((timing) => timing.stage === stage)?.seconds;
  const took = seconds !== undefined && seconds >= 0.05 ? formatSeconds(seconds) : '';
  const main = line(glyph(record, stage, style), stage, timed(text, took, screen));
  if (!extra) return main + below;
  const beside = `${main}   ${extra}`;
  // Cut by the terminal it would go on at the edge, among the names of stages.
  return (widthOf(beside) <= screen.columns ? beside : `${main}\n${' '.repeat(TEXT_AT)}${extra}`) + below;
}

/** The line of the stage under way: what AWS says of the job, its latest metrics, and what stands in the way. */
export function pendingLine(
  stage: Stage,
  pending: Pending | undefined,
  mark: string,
  screen: Screen,
  elapsed?: string,
): string {
  const parts = pending ? pendingParts(pending, screen) : [];
  const text = parts.join(' · ') || 'under way';
  return line(mark, stage, elapsed === undefined ? text : timed(text, elapsed, screen));
}

function timed(text: string, time: string, { style, columns }: Screen): string {
  if (columns < ROOMY) return time === '' ? text : `${text}  ${style.dim(time)}`;
  return `${pad(text, TEXT_WIDTH)}${style.dim(time.padStart(SECONDS_WIDTH))}`;
}

function pendingParts({ progress, waiting, problem, attempt }: Pending, { whole }: Screen): string[] {
  const told = (text: string): string => (whole ? text : shorten(text));
  return [
    ...(progress ? progressParts(progress) : []),
    ...(waiting ? [waitingText(waiting, new Date(), true), told(waiting.message)] : []),
    ...(problem ? [`trying again (${attempt}): ${told(problem)}`] : []),
  ];
}

function progressParts(progress: NonNullable<Pending['progress']>): string[] {
  if ('file' in progress) return dataParts(progress);
  if ('asked' in progress) return askingParts(progress);
  const metrics = Object.entries(progress.metrics ?? {}).map(([name, value]) => `${name} ${formatMetric(value)}`);
  return [progress.resource, progress.secondaryStatus ?? progress.status, ...metrics.slice(0, 2)];
}

/** How far the questions are, and how many at once AWS lets through. */
function askingParts({ asked, answered, total, atOnce }: AskingProgress): string[] {
  return [asked, `${answered.toLocaleString('en')} of ${plural(total, 'row')}`, `${atOnce} at once`];
}

/** Of an upload, how fast it goes and how long it will take; of reading, which is quick, how far it is. */
function dataParts({ file, bytes, total, rate }: DataProgress): string[] {
  const name = basename(file);
  if (rate === undefined) return [name, `${percent(bytes, total)} %`];
  const left = rate > 0 ? [`${formatWhole((total - bytes) / rate)} left`] : [];
  return [`${name}  ${formatBytes(bytes)} of ${formatBytes(total)}`, `${formatBytes(rate)}/s`, ...left];
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 100 : Math.floor((100 * part) / whole);
}

/** How the run ended, and what to do about it; no lines while it is under way. */
export function endingLines(record: RunRecord, screen: Screen): string[] {
  if (!record.outcome) return [];
  return [
    ...outcomeLines(record, record.outcome, screen),
    ...retentionLines(record, screen.style),
    ...leftBehindLines(record, screen.style),
  ];
}

/** The option of `temper invoke` that asks a model as it was trained. */
export const ASK_WITH: Readonly<Record<Kind, string>> = {
  classification: '--text',
  text: '--text',
  completion: '--prompt',
  chat: '--message',
  prompt: '--message',
};

function outcomeLines(record: RunRecord, outcome: Outcome, screen: Screen): string[] {
  const { style } = screen;
  switch (outcome) {
    case 'passed':
      return record.deployment
        ? [
            `  try it: ${style.cyan(`temper invoke ${nameOf(record.deployment)} ${ASK_WITH[record.data?.kind ?? 'classification']} "..."`)}`,
          ]
        : [`  model: ${style.cyan(record.model ? addressOf(record.model) : 'none')}`];
    case 'rejected':
      return [
        `  ${style.yellow('rejected by the gate')}: nothing was deployed`,
        ...(record.gate ?? []).map(
          ({ rule, passed, reason }) => `    ${passed ? style.green('✔') : style.red('✖')} ${pad(rule, 30)} ${reason}`,
        ),
        ...(record.model ? [`  the model is kept: ${addressOf(record.model)}`] : []),
      ];
    case 'declined':
      return [
        `  ${style.yellow(decisionText(record))}: nothing was deployed`,
        ...(record.model ? [`  the model is kept: ${addressOf(record.model)}`] : []),
      ];
    case 'cancelled':
      return [
        `  ${style.yellow('cancelled')} while in ${record.stage}${record.leftBehind ? '' : `; ${stopped(record)}`}`,
      ];
    case 'failed':
      return failureLines(record, screen);
  }
}

function retentionLines({ retention }: RunRecord, style: Style): string[] {
  if (!retention) return [];
  const { deleted, problem } = retention;
  return [
    ...(deleted.length > 0 ? [`  older custom models deleted, beyond train.keep: ${deleted.join(', ')}`] : []),
    ...(problem ? [`  ${style.yellow('older custom models stay')}: ${problem}`] : []),
  ];
}

function leftBehindLines({ leftBehind }: RunRecord, style: Style): string[] {
  if (!leftBehind?.length) return [];
  return [
    `  ${style.red('left behind')}, and may bill: ${leftBehind.join(', ')}; take it away with: temper orphans --delete`,
  ];
}

/** What a cancelled run had under way, which its clean-up has taken away. */
function stopped({ spec, trainingJob, model, stage }: RunRecord): string {
  if (trainingJob && !model) {
    const billed = isBedrock(spec) ? '; the tokens that it had used by then are billed' : '';
    return `${jobKind(spec)} ${trainingJob} is stopped${billed}`;
  }
  const also = isBedrock(spec) ? '; its custom model is deleted' : '';
  switch (stage) {
    case 'evaluate':
      return `${spec.evaluate?.by === 'converse' ? 'no model is asked any more' : 'its evaluation jobs are stopped'}${also}`;
    case 'deploy':
      return `its deployment is taken back${also}`;
    default:
      return 'nothing of it runs in AWS';
  }
}

function failureLines(record: RunRecord, { style, whole }: Screen): string[] {
  const { failure } = record;
  if (!failure) return [`  ${style.red('failed')} in ${record.stage}`];
  const message = whole ? failure.message : shorten(failure.message);
  return [
    `  ${style.red('failed')} in ${failure.stage} (${failure.code}): ${message.replaceAll('\n', '\n    ')}`,
    ...(failure.log?.length
      ? ['', style.dim('  the log ends with:'), ...failure.log.map((text) => `  ${style.dim('│')} ${text}`)]
      : []),
    '',
    `  ${style.dim('fix:')} ${advice(record, failure)}`,
    ...(isPipelineCode(failure.code) ? [`  ${style.dim(`more: temper explain ${failure.code}`)}`] : []),
  ];
}

/** The whole record, as `temper show` prints it. */
export function renderRecord(record: RunRecord, screen: Screen, ui?: string): string {
  return [
    headingLine(record.run, ui),
    ...startLines(record),
    '',
    ...finishedStages(record).map((stage) => stageLine(record, stage, screen)),
    ...(record.outcome === undefined ? [underWayLine(record, screen)] : []),
    '',
    ...endingLines(record, screen),
  ]
    .join('\n')
    .trimEnd();
}

const TAKEN = {
  train: 'its data and code',
  evaluate: 'its data, code and model',
  deploy: 'its data, code, model and scores',
} as const;

/** Of a run that does not begin at the beginning: where it comes from, and why. */
function startLines({ takenFrom, startedBy }: RunRecord): string[] {
  if (!takenFrom) return [];
  const { how, by, comment } = startedBy ?? {};
  const who = how ? ` · ${how}${by ? ` by ${by}` : ''}${comment ? `: ${JSON.stringify(comment)}` : ''}` : '';
  return [`  ${pad('from', STAGE_WIDTH)}${takenFrom.run}: ${TAKEN[takenFrom.stage]}${who}`];
}

function underWayLine({ stage, waiting }: RunRecord, screen: Screen): string {
  return pendingLine(stage, waiting && { waiting, attempt: 1 }, screen.style.cyan('…'), screen);
}

function line(mark: string, stage: Stage, rest: string): string {
  return `  ${mark} ${pad(stage, STAGE_WIDTH)}${rest}`.trimEnd();
}

function glyph(record: RunRecord, stage: Stage, style: Style): string {
  if (record.outcome === 'rejected' && stage === 'gate') return style.yellow('✖');
  if (record.outcome === 'declined' && stage === 'approve') return style.yellow('✖');
  if (record.outcome === 'failed' && stage === (record.failure?.stage ?? record.stage)) return style.red('✖');
  if (record.outcome === 'cancelled' && stage === record.stage) return style.yellow('■');
  return style.green('✔');
}

function stageText(record: RunRecord, stage: Stage): StageText {
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
  const lacking = shortages.map(({ instance, of }) => `no ${of} of ${instance}`).join(', ');
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
function scoresText({ evaluations, spec, data }: RunRecord): StageText {
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
  return { text: first, extra: others.join(' · '), notes: remarks(evaluations ?? {}) };
}

const SIGNS = { '>=': '≥', '<=': '≤', '>': '>', '<': '<', '==': '=' } as const;

/** Rules that held are told in short; those that did not come after the stages, with all of their values. */
export function gateText(verdicts: readonly RuleVerdict[]): string {
  if (verdicts.length === 0) return 'no rules';
  const missed = verdicts.filter(({ passed }) => !passed).length;
  return missed > 0 ? `${missed} of ${plural(verdicts.length, 'rule')} missed` : verdicts.map(ruleText).join(' · ');
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

const decisionText = ({ approval }: RunRecord): string =>
  (approval && decidedText(approval, new Date())) ?? 'not decided';

function approvalText(record: RunRecord): string {
  const { approval, spec, evaluations } = record;
  if (approval) return decisionText(record);
  const asking = spec.approve && askingFor(spec.approve, evaluations?.candidate?.scores);
  return asking?.asked === false ? `nobody asked: ${asking.reason}` : '';
}

/** What serves, in AWS's words. */
export const SERVING = {
  'sagemaker-endpoint': 'endpoint',
  'bedrock-on-demand': 'custom model deployment',
  'bedrock-provisioned': 'provisioned throughput',
  'bedrock-import': 'imported model',
} as const;

function deploymentText({ deployment, spec }: RunRecord): string {
  if (deployment) {
    const made = deployment.created ? 'created' : 'updated';
    const bills = deployment.to === 'bedrock-provisioned' ? ` · bills ${hoursText(deployment)}` : '';
    return `${SERVING[deployment.to]} ${nameOf(deployment)} ${made} · smoke test ok${bills}`;
  }
  return spec.deploy.to === 'none' ? 'not asked for' : `${SERVING[spec.deploy.to]} ${servedName(spec)}`;
}

const nameOf = (deployment: Deployment): string =>
  deployment.to === 'sagemaker-endpoint' ? deployment.endpoint : deployment.name;

/** Where the model itself is. */
export const addressOf = (model: TrainedModel): string =>
  model.engine === 'sagemaker' ? model.artifact : model.customModel;

/** The heading of a run. */
export function headingLine(run: string, ui: string | undefined): string {
  return `  ${pad('run', STAGE_WIDTH)}${run}${ui ? `   watch it: ${ui}` : ''}`;
}
