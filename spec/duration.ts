const UNIT_SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 } as const;

/** Text such as `90s`, `30m`, `1h`, `5d` or `1w`; whole numbers only. */
export const DURATION_PATTERN = /^([1-9]\d*)([smhdw])$/;

/** What lengths are told in: the usual maxima are days. */
const TOLD = ['d', 'h', 'm', 's'] as const;

/** The length in seconds of a duration such as `1h`. Throws a `RangeError` for text that is not one. */
export function durationSeconds(text: string): number {
  const match = DURATION_PATTERN.exec(text);
  if (!match) throw new RangeError(`not a duration: ${JSON.stringify(text)}; write it as 90s, 30m, 1h or 5d`);
  return Number(match[1]) * UNIT_SECONDS[match[2] as keyof typeof UNIT_SECONDS];
}

/** The inverse of {@link durationSeconds}, in as many units as it takes: `90s` is `1m 30s`. */
export function durationText(seconds: number): string {
  let left = seconds;
  const parts: string[] = [];
  for (const unit of TOLD) {
    const length = UNIT_SECONDS[unit];
    const count = Math.floor(left / length);
    left -= count * length;
    if (count > 0) parts.push(`${count}${unit}`);
  }
  return parts.join(' ') || '0s';
}

/** How long something took: `0.4 s`, `1m 12s`, `2h 05m`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${two(whole % 60)}s`;
  return `${Math.floor(whole / 3600)}h ${two(Math.floor((whole % 3600) / 60))}m`;
}
