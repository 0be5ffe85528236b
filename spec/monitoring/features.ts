/** Features by which traffic is held against training data: what `retrain.when.drift.of` names, in the figures it stands for. */
import type { Spec } from '../spec.ts';
import type { Bins, Value } from './bins.ts';
import { charactersOf, unknownShare, wordsOf } from './text.ts';

/** A question to a model and what it answered, as far as features are made of it. */
export interface Observation {
  /** What was asked, without system prompts; absent where the request holds none. */
  readonly text?: string;
  /** What else the request holds beside it. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** The label or the text that came back; absent where nothing readable did. */
  readonly answer?: string;
}

/** Names in `of` that stand for the question as a text, whatever kind of rows the model was trained on. */
const QUESTION = ['text', 'prompt', 'messages'];

export interface Feature {
  readonly name: string;
  /** What its values are made of. */
  readonly of: 'question' | 'answer' | 'field';
  /** Absent where the reference's values decide. */
  readonly kind?: Bins['kind'];
  /** Whether less of it is no drift. */
  readonly onlyMore?: true;
  readonly value: (observation: Observation, known: ReadonlySet<string>) => Value;
}

function textFeatures(name: string, of: 'question' | 'answer'): Feature[] {
  const textOf = of === 'question' ? ({ text }: Observation) => text : ({ answer }: Observation) => answer;
  const feature = (what: string, value: (text: string, known: ReadonlySet<string>) => Value): Feature => ({
    name: `${name}: ${what}`,
    of,
    kind: 'numbers',
    value: (observation, known) => {
      const text = textOf(observation);
      return text === undefined ? undefined : value(text, known);
    },
  });
  const lengths = [feature('characters', charactersOf), feature('words', (text) => wordsOf(text).length)];
  if (of === 'answer') return lengths;
  // Callers who ask what the model was trained on know no more words than it does.
  return [...lengths, { ...feature(UNKNOWN_WORDS, unknownShare), onlyMore: true }];
}

/** Of the question's words; the reference's own are known by definition, so that its values come from elsewhere. */
export const UNKNOWN_WORDS = 'unknown words';

/** @param of as the spec has it: `text`, `label`, `answer`, or a field of the rows */
export function featuresOf(of: readonly string[]): Feature[] {
  return of.flatMap((name): Feature[] => {
    if (QUESTION.includes(name)) return textFeatures(name, 'question');
    if (name === 'answer') return textFeatures(name, 'answer');
    if (name === 'label') return [{ name, of: 'answer', kind: 'categories', value: ({ answer }) => answer }];
    return [{ name, of: 'field', value: ({ fields }) => plain(fields[name]) }];
  });
}

/** The fields of the rows to train on that a spec measures drift by. */
export function watchedFields({ retrain }: Pick<Spec, 'retrain'>): string[] {
  return featuresOf(retrain?.when?.drift?.of ?? []).flatMap(({ of, name }) => (of === 'field' ? [name] : []));
}

function plain(value: unknown): Value {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' || typeof value === 'number') return value;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
