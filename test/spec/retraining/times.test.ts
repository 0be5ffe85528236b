import { expect, it } from 'vitest';
import { firingsAfter, phaseOf, type Times } from '../../../spec/retraining/times.ts';

const firings = (times: Partial<Times>, after: string, count: number, phase = 0): string[] =>
  firingsAfter({ timezone: 'UTC', ...times }, phase, new Date(after), count).map((date) => date.toISOString());

it('an interval counts from the minute of its creation', () => {
  const created = new Date('2026-11-30T10:20:37.512Z');
  expect(firings({ every: '1w' }, '2026-11-30T10:20:37.512Z', 2, phaseOf('1w', created))).toEqual([
    '2026-12-07T10:20:00.000Z',
    '2026-12-14T10:20:00.000Z',
  ]);
  expect(firings({ every: '1h' }, '2027-03-01T00:00:00Z', 1, phaseOf('1h', created))).toEqual([
    '2027-03-01T00:20:00.000Z',
  ]);
  expect(firings({ every: '1h' }, '2027-03-01T00:20:00Z', 1, phaseOf('1h', created))).toEqual([
    '2027-03-01T01:20:00.000Z',
  ]);
});

// As Temporal's server answers for the same expressions (ListScheduleMatchingTimes, server 1.32).
it('day of month and day of week both hold', () => {
  expect(firings({ cron: '0 6 13 * 5', timezone: 'Europe/Paris' }, '2026-11-25T00:00:00Z', 2)).toEqual([
    '2027-08-13T04:00:00.000Z',
    '2028-10-13T04:00:00.000Z',
  ]);
});

it('a time that the clock leaps over is left out', () => {
  expect(firings({ cron: '30 2 * * *', timezone: 'Europe/Paris' }, '2027-03-27T00:00:00Z', 2)).toEqual([
    '2027-03-27T01:30:00.000Z',
    '2027-03-29T00:30:00.000Z',
  ]);
});
