import { durationText } from '../duration.ts';

const UNITS = [86_400, 3600, 60, 1];

/** In the largest unit that it has one of: `31d`, `5h`. */
export function roughly(seconds: number): string {
  const unit = UNITS.find((each) => seconds >= each) ?? 1;
  return durationText(Math.floor(seconds / unit) * unit);
}
