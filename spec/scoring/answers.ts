/** What a model says, in the form in which serving scripts answer. */
import type { Kind } from '../data/examples.ts';

/** The field of a model's answer that holds what it says. */
export const answerField = (kind: Kind): 'label' | 'completion' => (kind === 'classification' ? 'label' : 'completion');

/**
 * What a model says: an object with `label`, which may be a number, or with `completion` where nothing is classified; or a
 * text. `undefined` where it is neither.
 */
export function answerIn(answer: unknown, kind: Kind): string | undefined {
  if (typeof answer === 'string') return answer;
  if (answer === null || typeof answer !== 'object') return undefined;
  const said = (answer as Readonly<Record<string, unknown>>)[answerField(kind)];
  return typeof said === 'string' || (kind === 'classification' && typeof said === 'number') ? String(said) : undefined;
}
