/** Numbers and tables as people read them. */
import { stripVTControlCharacters } from 'node:util';
import { Help } from '@commander-js/extra-typings';
import truncatedWidth from 'fast-string-truncated-width';
import { formatCount } from '../../spec/amounts.ts';
import { formatSeconds } from '../../spec/duration.ts';
import type { Metric } from '../../spec/numbers.ts';
import { NARROWEST } from '../help.ts';
import type { Screen } from '../output.ts';

export { formatBytes, formatCount, plural } from '../../spec/amounts.ts';

/** Seconds that are an estimate: `9 s`, `1m 12s`. */
export function formatWhole(seconds: number): string {
  return seconds < 59.5 ? `${Math.round(seconds)} s` : formatSeconds(seconds);
}

/** Scores and metrics: two decimals for ratios, three significant digits for the rest, `0.76`. */
export function formatMetric(value: Metric): string {
  if (typeof value === 'string') return value;
  if (Math.abs(value) <= 1) return value.toFixed(2);
  return Number(value.toPrecision(4)).toString();
}

const GAP = '  ';
const SHORT = 600;

/** Cuts lines that would fill the screen: AWS lists all of its instance types where one of them is misspelt. */
export function shorten(text: string): string {
  const cut = (line: string): string =>
    line.length <= SHORT
      ? line
      : `${line.slice(0, SHORT)}… (${formatCount(line.length - SHORT)} characters more: --debug)`;
  return text.split('\n').map(cut).join('\n');
}

/** Columns that a text takes on a terminal: two for a wide character, none for colours. */
export function widthOf(text: string): number {
  return truncatedWidth(text).width;
}

/** Cuts a line that is wider, as wrapping would break the redrawing; a cut line loses its colours. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const plain = stripVTControlCharacters(text);
  return `${plain.slice(0, truncatedWidth(plain, { limit: width, ellipsis: '…' }).index)}…`;
}

/** Pads to a width in columns. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Lines that are longer are harder to read. */
const WIDEST = 100;

/** Terms with their texts beside them, wrapped to the screen, as help has them. */
export function terms(
  items: readonly (readonly [term: string, text: string])[],
  { columns }: Pick<Screen, 'columns'>,
  width = Math.max(...items.map(([term]) => widthOf(term))),
): string {
  const help = Object.assign(new Help(), { minWidthToWrap: NARROWEST });
  help.prepareContext({ helpWidth: Math.min(columns, WIDEST) });
  return items.map(([term, text]) => help.formatItem(term, width, text, help)).join('\n');
}

/** Of running text. */
const WIDEST_TEXT = 80;

/** Words in lines behind a head, the later ones below the first. */
export function hang(head: string, text: string, columns: number): string[] {
  const indent = ' '.repeat(widthOf(head));
  const lines: string[] = [];
  let line = head;
  let empty = true;
  for (const word of text.split(' ')) {
    if (!empty && widthOf(`${line} ${word}`) > Math.min(columns, WIDEST_TEXT)) {
      lines.push(line);
      line = indent;
      empty = true;
    }
    line += empty ? word : ` ${word}`;
    empty = false;
  }
  return [...lines, line];
}

/** Columns of equal width, two spaces apart; where they are wider than `columns`, without the last ones. */
export function table(rows: readonly (readonly string[])[], columns = Number.POSITIVE_INFINITY): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, widthOf(cell));
  }
  let total = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
  while (total > columns && widths.length > 1) total -= (widths.pop() ?? 0) + GAP.length;
  return rows
    .map((row) =>
      row
        .slice(0, widths.length)
        .map((cell, i) => pad(cell, widths[i] ?? 0))
        .join(GAP)
        .trimEnd(),
    )
    .join('\n');
}
