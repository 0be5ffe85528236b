import { expect, it } from 'vitest';
import { decisionOf, openHindrance, pausedHindrance } from '../../../spec/retraining/decision.ts';
import { ALWAYS, ageFinding, firstFinding, newDataFinding } from '../../../spec/retraining/triggers.ts';

const NOW = new Date('2026-11-25T06:00:00Z');
const daysAgo = (days: number): string => new Date(NOW.getTime() - days * 86_400_000).toISOString();
const version = (days: number) => ({ number: 3, run: 'temper/reviews/aaaa', handedOverAt: daysAgo(days) });
const judged = (days: number) => ({ run: 'temper/reviews/bbbb', at: daysAgo(days) });

it.each([
  ['a champion of 29 days', { newest: version(29) }, false, 'version 3 is 29d old, trained again after 30d'],
  ['one of 30 days', { newest: version(30) }, true, 'version 3 is 30d old, trained again after 30d'],
  [
    'an old one that another model has not beaten of late',
    { newest: version(90), judged: judged(2) },
    false,
    'temper/reviews/bbbb, the last run that was judged, is 2d old, trained again after 30d',
  ],
  [
    'an old one, and nothing judged of late',
    { newest: version(90), judged: judged(31) },
    true,
    'version 3 is 90d old, trained again after 30d',
  ],
  [
    'no model that was handed over',
    { judged: judged(31) },
    true,
    'temper/reviews/bbbb, the last run that was judged, is 31d old',
  ],
  ['nothing at all', {}, false, 'no version was handed over yet'],
])('tells the age of %s', (_, facts, due, reason) => {
  const finding = ageFinding('30d', { ...facts, now: NOW });
  expect(finding.due).toBe(due);
  expect(finding.reason).toContain(reason);
});

it('tells how much is new of how much is wanted, what changed most, and since when', () => {
  const largest = [{ object: 's3://bucket/reviews/b.jsonl', how: 'grown', rows: 520, bytes: 52_000 }] as const;
  const change = { rows: 530, bytes: 53_000, objects: 2, largest };
  expect(newDataFinding({ rows: 500 }, change, judged(7))).toEqual({
    trigger: 'newData',
    due: true,
    reason: '530 rows are new, at least 500 wanted: b.jsonl has grown and 1 more (since temper/reviews/bbbb)',
    evidence: { ...change, since: 'temper/reviews/bbbb' },
  });
  expect(newDataFinding({ rows: 531, bytes: 60_000 }, change, judged(7))).toMatchObject({
    due: false,
    reason:
      '530 rows and 53 kB are new, at least 531 rows or 60 kB wanted: b.jsonl has grown and 1 more (since temper/reviews/bbbb)',
  });
  expect(newDataFinding({ rows: 1000, bytes: 53_000 }, change, judged(7)).due).toBe(true);
  expect(newDataFinding({ bytes: 60_000 }, change, judged(7)).reason).toContain(
    '53 kB are new, at least 60 kB wanted: ',
  );
  expect(newDataFinding({ rows: 1 }, { ...change, rows: 1 }, judged(7)).reason).toContain(
    '1 row is new, at least 1 wanted: ',
  );
});

it('says of data that is what it was that nothing has changed', () => {
  const change = { rows: 0, bytes: 0, objects: 0, largest: [] };
  expect(newDataFinding({ rows: 500 }, change, undefined)).toMatchObject({
    due: false,
    reason: 'nothing has changed in the data (there is no earlier run to compare it with)',
  });
});

const deciding = { firing: 'temper-retrain/reviews', at: NOW.toISOString() };

it('trains for every trigger that is due, and keeps those that are not', () => {
  const findings = [firstFinding('reviews'), ageFinding('30d', { now: NOW }), ALWAYS];
  expect(decisionOf({ ...deciding, findings, hindrances: [] })).toEqual({
    ...deciding,
    findings,
    decided: 'train',
    reason: 'no model of reviews was trained yet; each firing trains: retrain has no when',
  });
});

it('is held back by a pause where it is of an earlier time, and not where somebody triggers it', () => {
  const [scheduledAt, startedAt] = ['2026-11-18T06:00:00Z', NOW.toISOString()];
  expect(pausedHindrance({ paused: true, scheduledAt, startedAt })?.obstacle).toBe('paused');
  expect(pausedHindrance({ paused: false, scheduledAt, startedAt })).toBeUndefined();
  expect(pausedHindrance({ paused: true, scheduledAt: startedAt, startedAt })).toBeUndefined();
});

it('says all that stands in the way, also where nothing is due', () => {
  const open = openHindrance(['temper/reviews/cccc', 'temper/reviews/dddd']);
  const hindrances = [...(open ? [open] : []), { obstacle: 'budget' as const, reason: 'nothing is left' }];
  expect(decisionOf({ ...deciding, findings: [ALWAYS], hindrances })).toMatchObject({
    decided: 'skip',
    obstacle: 'runOpen',
    reason:
      'temper/reviews/cccc and 1 more are under way; nothing is left; there was reason to train: each firing trains: retrain has no when',
  });
  const findings = [ageFinding('30d', { newest: version(1), now: NOW })];
  expect(decisionOf({ ...deciding, findings, hindrances })).toEqual({
    ...deciding,
    findings,
    decided: 'skip',
    reason:
      'version 3 is 1d old, trained again after 30d; temper/reviews/cccc and 1 more are under way; nothing is left',
  });
});
