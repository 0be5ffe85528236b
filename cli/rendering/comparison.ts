/** Two runs side by side, as people read them. */

import type { ComparedRun, Comparison } from '../../spec/comparison.ts';
import { formatTokens, formatUsd } from '../../spec/cost/budget.ts';
import type { Paid } from '../../spec/cost/paid.ts';
import { formatSeconds } from '../../spec/duration.ts';
import { SERVED } from '../../spec/plan-steps.ts';
import { STAGES } from '../../spec/record.ts';
import type { Screen } from '../output.ts';
import { formatCount, formatMetric, hang, pad, widthOf } from './format.ts';

const LABEL = 11;
const GAP = '  ';
/** Below this many columns a cell could not be read. */
const NARROWEST_CELL = 20;

/** A line of both runs: its label, and what each of them has there. */
type Row = readonly [label: string, one: string, other: string];

export function renderComparison({ test, metrics, runs }: Comparison, screen: Screen): string {
  const [one, other] = runs;
  const both = (label: string, of: (run: ComparedRun) => string): Row => [label, of(one), of(other)];
  const rows: Row[] = [
    both('', ({ name, id }) => screen.style.bold(`${name}/${id}`)),
    both('', (run) => endingOf(run, screen)),
    both('engine', ({ engine, base }) => [engine, ...(base ? [base] : [])].join(' · ')),
    both('rows', rowsOf),
    ...metrics.map((metric): Row => [metric, scoreOf(one, metric), scoreBeside(other, one, metric, test === 'same')]),
    both('gate', gateOf),
    ...STAGES.filter((stage) => runs.some(({ seconds }) => (seconds[stage] ?? 0) >= 0.05)).map((stage) =>
      both(stage, ({ seconds }) => (seconds[stage] === undefined ? '' : formatSeconds(seconds[stage]))),
    ),
    ...paidRows(one, other),
    both('cost', costOf),
    both('serves', servesOf),
  ];
  return [...table(rows, screen), '', ...testLines(one, other, test, screen), ...notes(runs, screen)].join('\n');
}

function endingOf({ outcome, stage }: ComparedRun, { style }: Screen): string {
  if (!outcome) return style.cyan(`in ${stage}`);
  if (outcome === 'passed') return style.green(outcome);
  return outcome === 'failed' ? style.red(`failed in ${stage}`) : style.yellow(outcome);
}

const rowsOf = ({ rows = {} }: ComparedRun): string =>
  Object.entries(rows)
    .map(([split, count]) => `${split} ${formatCount(count)}`)
    .join(' · ');

type ScoreName = Comparison['metrics'][number];

function scoreOf({ scores }: ComparedRun, metric: ScoreName): string {
  const [before, after] = [scores?.base?.[metric], scores?.candidate?.[metric]];
  if (after === undefined) return '';
  return before === undefined ? formatMetric(after) : `${formatMetric(after)} (base ${formatMetric(before)})`;
}

/** With the difference to the first run, where there is a sense in it. */
function scoreBeside(run: ComparedRun, first: ComparedRun, metric: ScoreName, comparable: boolean): string {
  const [mine, theirs] = [run.scores?.candidate?.[metric], first.scores?.candidate?.[metric]];
  const text = scoreOf(run, metric);
  if (!comparable || mine === undefined || theirs === undefined) return text;
  const difference = mine - theirs;
  return `${text}  ${difference < 0 ? '−' : '+'}${Math.abs(difference).toFixed(3)}`;
}

function gateOf({ gate }: ComparedRun): string {
  if (!gate) return '';
  if (gate.rules === 0) return 'no rules';
  const held = gate.rules - gate.missed.length;
  return [`${held} of ${gate.rules} held`, ...gate.missed].join('; ');
}

/** What was paid for: the trainings beside each other, then the evaluations. */
function paidRows(one: ComparedRun, other: ComparedRun): Row[] {
  const rows = (['train', 'evaluate'] as const).flatMap((stage) => {
    const of = ({ bill }: ComparedRun): string[] => bill.items.filter((item) => item.stage === stage).map(paidText);
    const [mine, theirs] = [of(one), of(other)];
    return Array.from({ length: Math.max(mine.length, theirs.length) }, (_, i) => [mine[i] ?? '', theirs[i] ?? '']);
  });
  return rows.map(([mine = '', theirs = ''], i): Row => [i === 0 ? 'billed' : '', mine, theirs]);
}

function paidText(item: Paid): string {
  if (item.by === 'machines') {
    const atMost = item.known === 'exactly' ? '' : 'at most ';
    return `${atMost}${formatSeconds(item.seconds)} of ${item.instance}`;
  }
  const { tokens, who } = item;
  if ('learnt' in tokens) return `~${formatTokens(tokens.learnt)} tokens learnt`;
  return `${who}: ${formatTokens(tokens.read)} tokens, ${formatTokens(tokens.written)} back`;
}

function costOf({ bill: { items, usd, unknown } }: ComparedRun): string {
  if (items.length === 0 && unknown.length === 0) return '';
  if (usd === 0 && unknown.length > 0) return `not known: ${unknown.join(', ')}`;
  return [`about ${formatUsd(usd)} USD`, ...(unknown.length > 0 ? [`without ${unknown.join(', ')}`] : [])].join(', ');
}

function servesOf({ serves, outcome }: ComparedRun): string {
  if (!serves) return outcome ? 'nothing' : '';
  const { to, name, bills } = serves;
  const hourly = bills && 'usdPerHour' in bills && bills.usdPerHour !== undefined;
  return `${SERVED[to]} ${name}${hourly ? `, ${formatUsd(bills.usdPerHour ?? 0)} USD an hour` : ''}`;
}

/** Said last, as it decides what the scores are worth. */
function testLines(
  one: ComparedRun,
  other: ComparedRun,
  test: Comparison['test'],
  { style, columns }: Screen,
): string[] {
  const rows = ({ rows }: ComparedRun): string => formatCount(rows?.test ?? 0);
  switch (test) {
    case 'same':
      return hang(`${GAP}${style.green('✔')} `, `both were tested on the same ${rows(one)} rows`, columns);
    case 'different': {
      const text = `NOT the same test split: ${rows(one)} rows and ${rows(other)} others; the scores do not compare`;
      return hang(`${GAP}${style.red('✖')} `, style.red(text), columns);
    }
    case 'unknown':
      return hang(`${GAP}${style.yellow('?')} `, 'whether both are tested on the same rows is not known yet', columns);
  }
}

function notes(runs: Comparison['runs'], { style, columns }: Screen): string[] {
  if (runs.every(({ bill }) => bill.items.length === 0)) return [];
  const text =
    "cost by AWS's list prices, of what the records tell; tokens learnt are estimated by the length of the data";
  return hang(`${GAP}  `, text, columns).map((line) => style.dim(line));
}

/** Two columns of equal width; what does not fit goes on below, where the label ends. */
function table(rows: readonly Row[], { columns, style }: Screen): string[] {
  const needed = Math.max(...rows.flatMap(([, one]) => widthOf(one)));
  const room = Math.floor((columns - LABEL - 3 * GAP.length) / 2);
  const width = Math.min(needed, Math.max(NARROWEST_CELL, room));
  return rows.flatMap(([label, one, other]) => {
    const [left, right] = [wrapped(one, width), wrapped(other, Math.max(width, room))];
    const lines = Math.max(left.length, right.length);
    return Array.from({ length: lines }, (_, i) =>
      [GAP, style.dim(pad(i === 0 ? label : '', LABEL)), pad(left[i] ?? '', width), GAP, right[i] ?? '']
        .join('')
        .trimEnd(),
    );
  });
}

const wrapped = (text: string, width: number): string[] => hang('', text, width);
