/** Numbers and tables as people read them. */
import { stripVTControlCharacters } from 'node:util';

/** `0.4 s`, `1m 12s`, `2h 05m`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}

/** `3,176` */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 split`, `2 splits`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** Scores and metrics: two decimals for ratios, three significant digits for the rest, `0.76`. */
export function formatMetric(value: number): string {
  if (Math.abs(value) <= 1) return value.toFixed(2);
  return Number(value.toPrecision(4)).toString();
}

const SHORT = 600;

/** Cuts lines that would fill the screen: AWS lists all of its instance types where one of them is misspelt. */
export function shorten(text: string): string {
  const cut = (line: string): string =>
    line.length <= SHORT
      ? line
      : `${line.slice(0, SHORT)}… (${formatCount(line.length - SHORT)} characters more: --debug)`;
  return text.split('\n').map(cut).join('\n');
}

/** Pads to a width that colour codes do not count towards. */
export function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stripVTControlCharacters(text).length));
}

/** Columns of equal width, two spaces apart. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) {
      widths[i] = Math.max(widths[i] ?? 0, stripVTControlCharacters(cell).length);
    }
  }
  return rows
    .map((row) =>
      row
        .map((cell, i) => pad(cell, widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
