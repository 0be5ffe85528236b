import { expect, it } from 'vitest';
import { labelReader } from '../../../spec/scoring/labels.ts';

const labelIn = labelReader(['positive', 'negative', 'N/A', 'Sci-Fi', 'sci-fi', 'etc.', 'café']);

it.each([
  ['positive', 'positive'],
  [' Positive.\n', 'positive'],
  ['"NEGATIVE"', 'negative'],
  ['**negative**', 'negative'],
  ['“Positive.”', 'positive'],
  ["'positive'.", 'positive'],
  ['n/a', 'N/A'],
  ['etc', 'etc.'],
  ['Etc.', 'etc.'],
  ['cafe\u0301', 'café'],
])('reads %j as the label %s', (answer, label) => {
  expect(labelIn(answer)).toBe(label);
});

it('tells labels apart by case where there are two', () => {
  expect(labelIn('sci-fi')).toBe('sci-fi');
  expect(labelIn('Sci-Fi')).toBe('Sci-Fi');
});

it.each(['', 'positive or negative', 'It is positive', 'positively', 'neutral.'])('takes %j for no label', (answer) => {
  expect(labelIn(answer)).toBe(answer);
});
