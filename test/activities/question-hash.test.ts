import fc from 'fast-check';
import { expect, it } from 'vitest';
import { QuestionHash } from '../../activities/data/check/question-hash.ts';
import { normalise } from '../../spec/data/examples.ts';

const hasher = new QuestionHash();
function hashOf(text: string): string {
  hasher.of(text);
  return `${hasher.high} ${hasher.low}`;
}

it('is that of the normal form, for spaces and letters of every kind and in every place', () => {
  const piece = fc.constantFrom(
    'a',
    'B',
    'z',
    'Z',
    '@',
    '[',
    '`',
    '{',
    ' ',
    '  ',
    '\n',
    '\t',
    '\r\n',
    '\0',
    '\x0e',
    '\x7f',
  );
  const ascii = fc.array(piece, { maxLength: 40 }).map((pieces) => pieces.join(''));
  const any = fc.oneof(
    ascii,
    fc.string({ unit: 'binary' }),
    fc.tuple(ascii, fc.constantFrom('é', '\u00a0', 'K', '😀')).map((pair) => pair.join('')),
  );
  fc.assert(
    fc.property(any, (text) => {
      expect(hashOf(text)).toBe(hashOf(normalise(text)));
    }),
    { numRuns: 2000 },
  );
});

it('is another for another text', () => {
  const hashes = new Map<string, string>();
  const near = fc
    .tuple(fc.nat(50), fc.constantFrom('', ' ', '\0', 'a', '!', 'é'), fc.nat(50))
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(near, (text) => {
      const hash = hashOf(text);
      expect(hashes.get(hash) ?? normalise(text)).toBe(normalise(text));
      hashes.set(hash, normalise(text));
    }),
    { numRuns: 5000 },
  );
});
