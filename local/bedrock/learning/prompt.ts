import type { LearningExample } from './learned-model.ts';

/** A turn of a conversation. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

/** What a model is asked, as one text: the same whether it is learned from or answered, and a bare prompt is itself. */
export function promptText(turns: readonly Turn[], system = ''): string {
  return [system, ...turns.map(({ text }) => text)].filter((text) => text !== '').join('\n\n');
}

/** Each answer of a conversation with all that came before it. */
export function examplesOf(turns: readonly Turn[], system = ''): LearningExample[] {
  return turns.flatMap(({ role, text }, i) =>
    role === 'assistant' && i > 0 ? [{ prompt: promptText(turns.slice(0, i), system), answer: text }] : [],
  );
}

const SENTENCE = /[^.!?。！？\n]+[.!?。！？\n]*\s*/gu;

/**
 * Plain text as continued pre-training learns it: each sentence is followed by the next. A text of one sentence is cut in
 * its middle; one of a single word teaches nothing.
 */
export function continuationsOf(text: string): LearningExample[] {
  const sentences = (text.match(SENTENCE) ?? [])
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
  if (sentences.length > 1) return sentences.slice(1).map((answer, i) => ({ prompt: sentences[i] ?? '', answer }));
  const words = text.trim().split(/\s+/);
  const middle = Math.ceil(words.length / 2);
  const [prompt, answer] = [words.slice(0, middle).join(' '), words.slice(middle).join(' ')];
  return answer === '' ? [] : [{ prompt, answer }];
}
