/** What `str.split()` of Python splits at; JavaScript's `\s` is another set. */
export const SPACE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Python takes the separators of ASCII for white space.
  /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/u;
