/** What texts are like, in numbers. */

const SINGLE = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}';
// Where no spaces are written, each character counts as a word.
const WORD = new RegExp(`[${SINGLE}]|(?:(?![${SINGLE}])[\\p{L}\\p{M}\\p{N}])+`, 'gu');

export const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(WORD) ?? [];

/** Characters as people count them, where each is one code point. */
export function charactersOf(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Words that are kept; what texts beyond this bring is unknown, for the reference as for what is compared with it. */
const MOST_WORDS = 200_000;

const SEVERAL = -1;

/**
 * Learns the words of texts, and then tells of each of these texts which share of its words no other one has: what is to be
 * expected of a text that was not learned from, if it is of the same kind.
 */
export class VocabularyBuilder {
  /** The text that alone has a word. */
  readonly #owners = new Map<string, number>();
  readonly #distinct: number[] = [];
  readonly #unkept: number[] = [];

  add(text: string | undefined): void {
    const words = new Set(text === undefined ? [] : wordsOf(text));
    const row = this.#distinct.push(words.size) - 1;
    let unkept = 0;
    for (const word of words) {
      if (this.#owners.has(word)) this.#owners.set(word, SEVERAL);
      else if (this.#owners.size < MOST_WORDS) this.#owners.set(word, row);
      else unkept += 1;
    }
    this.#unkept.push(unkept);
  }

  /** Of each text in the order in which they were added; `undefined` of one without words. */
  unknownShares(): (number | undefined)[] {
    const alone = [...this.#unkept];
    for (const row of this.#owners.values()) if (row !== SEVERAL) alone[row] = (alone[row] ?? 0) + 1;
    return this.#distinct.map((distinct, row) => (distinct === 0 ? undefined : (alone[row] ?? 0) / distinct));
  }

  words(): string[] {
    return [...this.#owners.keys()];
  }
}

/** Share of a text's words that are not known, each counted once; `undefined` where it has none. */
export function unknownShare(text: string, known: ReadonlySet<string>): number | undefined {
  const words = new Set(wordsOf(text));
  if (words.size === 0) return undefined;
  let unknown = 0;
  for (const word of words) if (!known.has(word)) unknown += 1;
  return unknown / words.size;
}
