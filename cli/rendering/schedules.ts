/** Schedules as people read them. */
import { formatUsd } from '../../spec/cost/budget.ts';
import type { Firing } from '../../spec/retrain.ts';
import { failureLine, isDecision } from '../../spec/retraining/line.ts';
import type { Screen, Style } from '../output.ts';
import type { Change } from '../schedules/changes.ts';
import type { ScheduleReport, ScheduleSummary } from '../schedules/report.ts';
import type { ScheduleState } from '../schedules/state.ts';
import { cut, hang, pad, plural, table } from './format.ts';
import { labelled, listed } from './schedule-plan.ts';
import { cameTo, momentText, monthText, timesText, triggersText } from './schedule-text.ts';

/** What became of a schedule by a command, when it fires next, and how to see it. */
export function renderScheduled(state: ScheduleState, became: string, { style }: Screen): string {
  const { name } = state;
  return [`${name} ${became}; ${nextText(state)}`, `  ${style.dim('see it with:')} temper schedule show ${name}`].join(
    '\n',
  );
}

/** When it fires next, or why it does not. */
function nextText({ paused, next, times, remaining }: ScheduleState): string {
  const [first] = next;
  if (paused) return 'it is paused';
  if (remaining === 0) return 'it has no firings left';
  return first === undefined ? 'it never fires' : `next firing ${momentText(first, times?.timezone)}`;
}

/** A line for each schedule. */
export function renderSchedules(schedules: readonly ScheduleSummary[], { style, columns }: Screen): string {
  const rows = schedules.map((schedule) => {
    const { name, times, next, paused, firing, remaining, last, month, problem } = schedule;
    const [first] = next;
    const rests = paused || remaining === 0 || first === undefined;
    const state = firing ? style.cyan('fires') : paused ? style.yellow('paused') : rests ? 'over' : style.green('on');
    return [
      name,
      state,
      rests ? '' : momentText(first),
      last ? `${cameTo(last, style)} ${last.decision.at.slice(0, 16).replace('T', ' ')} UTC` : '',
      month ? monthText(month) : '',
      problem ? style.red(problem) : times ? timesText(times) : '',
    ];
  });
  const titles = ['NAME', 'STATE', 'NEXT', 'LAST', 'THIS MONTH', 'WHEN'].map((title) => style.dim(title));
  return table([titles, ...rows], columns);
}

/** All that is known of one. */
export function renderSchedule(report: ScheduleReport, screen: Screen): string {
  const { style } = screen;
  const { spec, account, source, setBy, times, next, paused, note, month, firings, total, ui, firing, run } = report;
  const { retrain } = spec;
  const more = total - firings.length;
  const moments = next.map((time) => momentText(time, times?.timezone));
  return [
    `${style.bold(report.name)} ${paused ? style.yellow('paused') : style.green(nextText(report))}`,
    ...labelled('schedule', retrain ? timesText(retrain) : '', screen),
    ...labelled('trains', retrain ? triggersText(retrain) : '', screen),
    ...labelled('spec', `${setBy.file}, given by ${setBy.by}, ${momentText(setBy.at)}`, screen),
    ...labelled('code', source ? hashText(source.sha256) : '', screen),
    ...labelled('in', `${account.region} · s3://${account.bucket}`, screen),
    ...labelled('policy', policyText(report), screen),
    ...listed('next', paused ? [] : moments, screen),
    ...labelled('under way', [run ?? firing].filter(Boolean).join(''), screen),
    ...labelled('left out', leftOutText(report), screen),
    ...labelled(month.month, `${monthText(month)}, ${plural(month.runs, 'run')}`, screen),
    ...listed('note', paused ? remarks(note) : [], screen),
    ...labelled('ui', ui ?? '', screen),
    '',
    ...(total === 0 ? ['  it has not fired yet'] : firings.flatMap((each) => firingLines(each, screen))),
    ...(more > 0 ? [style.dim(`  and ${plural(more, 'older firing')}; see more with --limit`)] : []),
  ].join('\n');
}

/** Why it is paused; the decisions that its note tells besides are told below. */
const remarks = (note = ''): string[] => note.split('\n').filter((line) => !isDecision(line));

function leftOutText({ leftOut: { underWay, missed } }: ScheduleReport): string {
  return [
    ...(underWay === 0 ? [] : [`${plural(underWay, 'firing')}, as another was under way`]),
    ...(missed === 0 ? [] : [`${plural(missed, 'firing')}, as Temporal was down for too long`]),
  ].join(' · ');
}

function policyText({ spec: { retrain }, remaining }: ScheduleReport): string {
  const { jitter, catchUp } = retrain ?? {};
  return [
    'firings take turns',
    ...(jitter === undefined ? [] : [`up to ${jitter} later`]),
    ...(catchUp === undefined ? [] : [`a missed one is made up for within ${catchUp}`]),
    'paused where a run fails',
    ...(remaining === undefined ? [] : [`${plural(remaining, 'firing')} left`]),
  ].join(' · ');
}

/** When, what came of it and what it cost, and why. */
export function firingLines(firing: Firing, { style, columns }: Screen): string[] {
  const { decision, run, billedUsd, reservedUsd, failure } = firing;
  const usd = billedUsd ?? reservedUsd;
  const cost = usd === undefined ? '' : `${billedUsd === undefined ? 'at most ' : ''}${formatUsd(usd)} USD`;
  const head = `  ${style.dim(`${decision.at.slice(0, 16).replace('T', ' ')} UTC`)}  ${pad(cameTo(firing, style), 9)}`;
  const indent = ' '.repeat(4);
  return [
    [head, run, cost].filter(Boolean).join('  ').trimEnd(),
    ...hang(indent, decision.reason, columns),
    ...(failure
      ? hang(indent, `${style.red(failure.code)} in ${failure.stage}: ${failureLine(failure.message)}`, columns)
      : []),
  ];
}

/** What an update changes, a line each. */
export function renderChanges(changes: readonly Change[], style: Style): string {
  return changes
    .map(({ path, before, after }) => {
      const mark = before === undefined ? style.green('+') : after === undefined ? style.red('-') : style.yellow('~');
      const values = [before, after].flatMap((value) => (value === undefined ? [] : [valueText(path, value)]));
      return `  ${mark} ${path}: ${values.join(' → ')}`;
    })
    .join('\n');
}

const hashText = (sha256: string): string => `sha256:${sha256.slice(0, 12)}…`;

function valueText(path: string, value: unknown): string {
  if (path === 'code') return hashText(String(value));
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return cut(text, 60);
}
