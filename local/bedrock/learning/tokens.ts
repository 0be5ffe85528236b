/** A letter of a script that writes words without spaces between them: it counts as a word of its own. */
export const UNSPACED = '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}]';

// Words, long ones in pieces, and single signs, each with the space before it: about as long as the tokens of a language
// model in English text, and no more than an estimate of what AWS would count.
const TOKEN = new RegExp(`\\s*(?:${UNSPACED}|(?:(?!${UNSPACED})[\\p{L}\\p{M}\\p{N}]){1,6}|\\S)|\\s+$`, 'gu');

/** The tokens of a text as this region counts them; joined, they are the text again. */
export function tokensOf(text: string): string[] {
  return text.match(TOKEN) ?? [];
}
