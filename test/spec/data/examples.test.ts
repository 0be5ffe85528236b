import { expect, it } from 'vitest';
import { normalise } from '../../../spec/data/examples.ts';

it('takes texts for the same that differ in case, spacing or Unicode form only', () => {
  expect(normalise('  Caf\u00e9\n  NOIR ')).toBe(normalise('cafe\u0301 noir'));
  expect(normalise('good')).not.toBe(normalise('good!'));
});
