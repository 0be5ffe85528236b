/**
 * BLEU of a whole test split (Papineni et al. 2002), as `sacrebleu` gives it by default: one reference, n-grams up to
 * four, case counts, words as WMT's `mteval-v13a` cuts them, n-grams that never match smoothed exponentially. From 0 to 1
 * as all scores here, where sacrebleu says 0 to 100. Where no answer has four words it is 0.
 */
import { SPACE } from './white-space.ts';

const ORDERS = [1, 2, 3, 4] as const;

const ENTITIES = { '&quot;': '"', '&amp;': '&', '&lt;': '<', '&gt;': '>' } as const;

function wordsOf(text: string): string[] {
  // It cuts white space at the end off before it looks for hyphens at the ends of lines.
  let line = text.slice(0, endOf(text)).replaceAll('<skipped>', '').replaceAll('-\n', '').replaceAll('\n', ' ');
  for (const [entity, character] of Object.entries(ENTITIES)) line = line.replaceAll(entity, character);
  return ` ${line} `
    .replace(/[{-~[-` -&(-+:-@/]/g, ' $& ')
    .replace(/([^0-9])([.,])/gu, '$1 $2 ')
    .replace(/([.,])([^0-9])/gu, ' $1 $2')
    .replace(/([0-9])-/g, '$1 - ')
    .split(SPACE)
    .filter((word) => word !== '');
}

function endOf(text: string): number {
  let end = text.length;
  while (end > 0 && SPACE.test(text.charAt(end - 1))) end -= 1;
  return end;
}

/** Numbers keys in the order in which they are first seen, so that grams are compared as numbers and not as texts. */
class Numbering<K> {
  readonly #numbers = new Map<K, number>();

  of(key: K): number {
    const number = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, number);
    return number;
  }
}

/** How many of the given numbers are among the wanted ones, each as often as there. */
function matchesOf(wanted: readonly number[], given: readonly number[]): number {
  const left = new Map<number, number>();
  for (const gram of wanted) left.set(gram, (left.get(gram) ?? 0) + 1);
  let matches = 0;
  for (const gram of given) {
    const count = left.get(gram) ?? 0;
    if (count === 0) continue;
    left.set(gram, count - 1);
    matches += 1;
  }
  return matches;
}

/** What a row adds: of each order its matches, then of each its grams, then the words that are right and those given. */
export const COUNTS = 10;

/** The counts of one answer, {@link COUNTS} of them. */
export function bleuCounts(expected: string, answer: string): number[] {
  const numbers = new Numbering<string>();
  const texts = [expected, answer].map((text) => wordsOf(text).map((word) => numbers.of(word)));
  const [wanted = [], given = []] = texts;
  const words = wanted.length + given.length;
  const matches: number[] = [];
  const counts: number[] = [];
  let grams = texts;
  for (const order of ORDERS) {
    const [right = [], said = []] = grams;
    matches.push(matchesOf(right, said));
    counts.push(said.length);
    // A gram of the next order is one of this and the word behind it.
    const next = new Numbering<number>();
    grams = grams.map((all, which) =>
      all.slice(0, -1).map((gram, at) => next.of(gram * words + (texts[which]?.[at + order] ?? 0))),
    );
  }
  return [...matches, ...counts, wanted.length, given.length];
}

/** The score that sums of counts come to. */
export function bleuOf(sums: ArrayLike<number>): number {
  const at = (place: number): number => sums[place] ?? 0;
  const matches = ORDERS.map((order) => at(order - 1));
  const grams = ORDERS.map((order) => at(ORDERS.length + order - 1));
  if (matches.every((count) => count === 0) || grams.includes(0)) return 0;
  let smoothing = 1;
  const logs = matches.map((count, i) => {
    if (count === 0) smoothing *= 2;
    return Math.log((count === 0 ? 1 / smoothing : count) / (grams[i] ?? 0));
  });
  const brevity = Math.exp(Math.min(0, 1 - at(COUNTS - 2) / at(COUNTS - 1)));
  return brevity * Math.exp(logs.reduce((total, log) => total + log, 0) / ORDERS.length);
}

/** Adds answers up; only their counts are kept. */
export class Bleu {
  readonly #sums = new Array<number>(COUNTS).fill(0);

  add(expected: string, answer: string): void {
    for (const [i, count] of bleuCounts(expected, answer).entries()) this.#sums[i] = (this.#sums[i] ?? 0) + count;
  }

  score(): number {
    return bleuOf(this.#sums);
  }
}
