import { expect, it } from 'vitest';
import { durationSeconds, durationText } from '../../spec/duration.ts';

it.each([
  ['1s', 1],
  ['90s', 90],
  ['30m', 1800],
  ['1h', 3600],
  ['5d', 432_000],
  ['2w', 1_209_600],
])('%s is %d seconds', (text, seconds) => {
  expect(durationSeconds(text)).toBe(seconds);
});

it.each(['', '1', 'h', '0s', '-1h', '1.5h', '1 h', '1h30m', '1H', '01h', '1y'])('%j is no duration', (text) => {
  expect(() => durationSeconds(text)).toThrow(RangeError);
  expect(() => durationSeconds(text)).toThrow(
    `not a duration: ${JSON.stringify(text)}; write it as 90s, 30m, 1h or 5d`,
  );
});

it.each([
  [0, '0s'],
  [90, '1m 30s'],
  [3600, '1h'],
  [90_060, '1d 1h 1m'],
  [1_209_600, '14d'],
])('%d seconds are written as %s', (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
