/**
 * ROUGE-L: the longest sequence of words that two texts have in the same order, with gaps (Lin 2004), as F1. Words as in
 * Google's `rouge-score` without its stemmer: lower case, and of nothing but `a` to `z` and `0` to `9`. Text in another
 * script has no words, and scores 0.
 */

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/**
 * Length of the longest common subsequence, by arithmetic on rows of bits, one for each word of `a` (Hyyrö, "Bit-parallel
 * LCS-length computation revisited", 2004): a bit that is zero in the end is a word of the sequence.
 */
function commonLength(a: readonly string[], b: readonly string[]): number {
  const places = new Map<string, bigint>();
  for (const [i, word] of a.entries()) places.set(word, (places.get(word) ?? 0n) | (1n << BigInt(i)));
  const all = (1n << BigInt(a.length)) - 1n;
  let row = all;
  for (const word of b) {
    const matches = row & (places.get(word) ?? 0n);
    row = ((row + matches) | (row - matches)) & all;
  }
  return row.toString(2).padStart(a.length, '0').replaceAll('1', '').length;
}

/** From 0 to 1; 0 where either has no words. */
export function rougeL(expected: string, answer: string): number {
  const [wanted, given] = [wordsOf(expected), wordsOf(answer)];
  if (wanted.length === 0 || given.length === 0) return 0;
  return (2 * commonLength(wanted, given)) / (wanted.length + given.length);
}
