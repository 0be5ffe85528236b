/**
 * ROUGE-L: the longest sequence of words that two texts have in the same order, with gaps (Lin 2004), as F1. Words as in
 * Google's `rouge-score` without its stemmer: lower case, and of nothing but `a` to `z` and `0` to `9`. Text in another
 * script has no words, and scores 0.
 */

const wordsOf = (text: string): readonly string[] => text.toLowerCase().match(/[a-z0-9]+/g) ?? [];

/** Length of the longest common subsequence; time is the product of both lengths, memory the length of the second. */
function commonLength(a: readonly string[], b: readonly string[]): number {
  // The longest for a prefix of `a` and each prefix of `b`, updated in place for one more word of `a`.
  const longest = new Uint32Array(b.length + 1);
  for (const word of a) {
    let diagonal = 0;
    for (let j = 1; j <= b.length; j += 1) {
      const above = longest[j] ?? 0;
      longest[j] = word === b[j - 1] ? diagonal + 1 : Math.max(above, longest[j - 1] ?? 0);
      diagonal = above;
    }
  }
  return longest[b.length] ?? 0;
}

/** From 0 to 1; 0 where either has no words. */
export function rougeL(expected: string, answer: string): number {
  const [wanted, given] = [wordsOf(expected), wordsOf(answer)];
  if (wanted.length === 0 || given.length === 0) return 0;
  return (2 * commonLength(wanted, given)) / (wanted.length + given.length);
}
