import { InvalidArgumentError } from '@commander-js/extra-typings';
import { DURATION_PATTERN } from '../spec/duration.ts';
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

export function duration(text: string): string {
  if (!DURATION_PATTERN.test(text)) throw new InvalidArgumentError('write a duration as 30m, 12h or 7d');
  return text;
}

/** Why somebody does something; what is empty says nothing. */
export function reason(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('say why');
  return text;
}

export function modelName(text: string): string {
  if (!NAME_PATTERN.test(text)) throw new InvalidArgumentError('names have lower-case letters, digits and hyphens');
  return text;
}

export function runId(text: string): string {
  if (!RUN_ID_PATTERN.test(text)) throw new InvalidArgumentError('give 4 to 10 lower-case letters and digits');
  return text;
}

/** How runs are listed to end, or not yet; a terminated one had no chance to say so itself. */
export const LISTED_OUTCOMES = [
  'running',
  'passed',
  'rejected',
  'declined',
  'failed',
  'cancelled',
  'terminated',
] as const;

/** Of `--min-score`: metrics are from 0 to 1, unless they are a script's own. */
export function score(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('give a number such as 0.8');
  return value;
}

const WAITS = ['approval', 'quota', 'capacity'] as const;

/** Of `--waiting`, where it says for what. */
export function waitingFor(text: string): (typeof WAITS)[number] {
  const found = WAITS.find((each) => each === text);
  if (!found) throw new InvalidArgumentError(`choose one of ${WAITS.join(', ')}`);
  return found;
}
