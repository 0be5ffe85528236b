import { InvalidArgumentError } from '@commander-js/extra-typings';
import { DURATION_PATTERN, durationSeconds } from '../spec/duration.ts';
import { NAME_PATTERN, RUN_ID_PATTERN } from '../spec/naming.ts';

/** For options that may be repeated: all of their values, in the order in which they were given. */
export function repeated(value: string, earlier: readonly string[] = []): string[] {
  return [...earlier, value];
}

export function positive(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('give a whole number from 1');
  return count;
}

/** Of `--since`: the moment that was so long ago, in ISO 8601. */
export function ago(text: string): string {
  if (!DURATION_PATTERN.test(text)) throw new InvalidArgumentError('write a duration as 30m, 12h or 7d');
  return new Date(Date.now() - 1000 * durationSeconds(text)).toISOString();
}

export function modelName(text: string): string {
  if (!NAME_PATTERN.test(text)) throw new InvalidArgumentError('names have lower-case letters, digits and hyphens');
  return text;
}

export function runId(text: string): string {
  if (!RUN_ID_PATTERN.test(text)) throw new InvalidArgumentError('give 4 to 10 lower-case letters and digits');
  return text;
}
