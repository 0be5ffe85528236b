/** Amounts as people read them. */
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'] as const;

/** `980 B`, `41 kB`, `2.0 GB`: powers of a thousand. */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${UNITS[unit]}`;
}

/** `3,176` */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 split`, `2 splits`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `95 %`, `12.5 %`: of a share from 0 to 1. */
export const percentText = (share: number): string => `${Number((100 * share).toFixed(1))} %`;
