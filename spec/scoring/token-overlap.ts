/**
 * How much of an expected answer a model's answer holds, word by word: exact match and F1 as SQuAD's evaluation script
 * defines them (https://rajpurkar.github.io/SQuAD-explorer/, version 2.0). Words are what white space separates, so that
 * text without it, such as Chinese, is one word.
 */

import { SPACE } from './white-space.ts';

// string.punctuation of Python, which the script removes.
const PUNCTUATION = /[!-/:-@[-`{-~]/g;
// JavaScript's \b takes é for no letter.
const ARTICLES = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu;

/** Lower case, without punctuation and articles. */
function wordsOf(text: string): string[] {
  const bare = text.toLowerCase().replace(PUNCTUATION, '').replace(ARTICLES, ' ');
  return bare.split(SPACE).filter((word) => word !== '');
}

export interface Overlap {
  /** Whether both are the same, word by word. */
  readonly exact: boolean;
  /** Of the words that both have, from 0 to 1; where either has no words, 1 if neither has. */
  readonly f1: number;
}

export function overlapOf(expected: string, answer: string): Overlap {
  const [wanted, given] = [wordsOf(expected), wordsOf(answer)];
  const exact = wanted.join(' ') === given.join(' ');
  if (wanted.length === 0 || given.length === 0) return { exact, f1: exact ? 1 : 0 };
  const left = new Map<string, number>();
  for (const word of wanted) left.set(word, (left.get(word) ?? 0) + 1);
  let shared = 0;
  for (const word of given) {
    const count = left.get(word) ?? 0;
    if (count === 0) continue;
    left.set(word, count - 1);
    shared += 1;
  }
  return { exact, f1: (2 * shared) / (wanted.length + given.length) };
}
