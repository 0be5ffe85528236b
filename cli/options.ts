import { InvalidArgumentError } from '@commander-js/extra-typings';
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

export function modelName(text: string): string {
  if (!NAME_PATTERN.test(text)) throw new InvalidArgumentError('names have lower-case letters, digits and hyphens');
  return text;
}

export function runId(text: string): string {
  if (!RUN_ID_PATTERN.test(text)) throw new InvalidArgumentError('give 4 to 10 lower-case letters and digits');
  return text;
}
