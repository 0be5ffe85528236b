/** A run's record as people read it: pure, and the same for run, watch and show. */

import { basename } from 'node:path/posix';
import { formatSeconds } from '../../spec/duration.ts';
import type { AskingProgress, DataProgress } from '../../spec/progress.ts';
import { type RunRecord, STAGES, type Stage } from '../../spec/record.ts';
import { waitingText } from '../../spec/waiting.ts';
import type { Screen, Style } from '../output.ts';
import type { Pending } from '../runs/pending.ts';
import { endingLines, untoldLines } from './ending.ts';
import { formatBytes, formatMetric, formatWhole, hang, pad, plural, shorten, widthOf } from './format.ts';
import { stageText } from './stage-text.ts';

const STAGE_WIDTH = 11;
/** Where the text of a stage begins, behind its mark and name. */
const TEXT_AT = 4 + STAGE_WIDTH;
const TEXT_WIDTH = 50;
const SECONDS_WIDTH = 8;
/** Below this many columns, times stand right behind the text: in a column of their own they would wrap. */
const ROOMY = 80;

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
  const text = parts.filter((part) => part !== '').join(' · ') || 'under way';
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
    ...(waiting ? [waitingText(waiting, new Date()), told(waiting.message)] : []),
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

/** The whole record, as `temper show` prints it. */
export function renderRecord(record: RunRecord, screen: Screen, ui?: string): string {
  return [
    headingLine(record.run, ui),
    ...startLines(record, screen),
    '',
    ...finishedStages(record).map((stage) => stageLine(record, stage, screen)),
    ...(record.outcome === undefined ? [underWayLine(record, screen), ...untoldLines(record, screen.style)] : []),
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

/** Why a schedule started it; of a run that does not begin at the beginning, where it comes from. */
function startLines({ takenFrom, startedBy, decision }: RunRecord, { columns }: Screen): string[] {
  if (decision) return hang(`  ${pad('why', STAGE_WIDTH)}`, decision.reason, columns);
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

/** The heading of a run. */
export function headingLine(run: string, ui: string | undefined): string {
  return `  ${pad('run', STAGE_WIDTH)}${run}${ui ? `   watch it: ${ui}` : ''}`;
}
