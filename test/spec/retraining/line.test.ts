import { describe, expect, it } from 'vitest';
import { RUN_VERSION } from '../../../spec/record.ts';
import type { Firing } from '../../../spec/retrain.ts';
import { failureLine, isDecision, noteOf, noteWithin } from '../../../spec/retraining/line.ts';

const firing = ({ decision, ...more }: Partial<Omit<Firing, 'decision'>> & { decision?: object }): Firing => ({
  version: RUN_VERSION,
  name: 'reviews',
  scheduledAt: '2026-11-25T06:00:00Z',
  decision: {
    ...{ firing: 'f', at: '2026-11-25T06:00:01.000Z', decided: 'train', reason: '520 rows are new', findings: [] },
    ...decision,
  },
  ...more,
});

const run = 'temper/reviews/aaaa';
const failure = { code: 'JobFailed', message: 'm', stage: 'train' } as const;

describe('the note of a schedule', () => {
  it.each([
    [firing({ run }), '▪ 2026-11-25 06:00Z  trains aaaa: 520 rows are new'],
    [
      firing({ run, outcome: 'rejected', billedUsd: 3.2 }),
      '▪ 2026-11-25 06:00Z  trained aaaa: rejected, 3.20 USD; 520 rows are new',
    ],
    [
      firing({ run, outcome: 'failed', failure }),
      '▪ 2026-11-25 06:00Z  trained aaaa: failed in train (JobFailed); 520 rows are new',
    ],
    [
      firing({ decision: { decided: 'skip', reason: 'x'.repeat(500) } }),
      `▪ 2026-11-25 06:00Z  skipped: ${'x'.repeat(159)}…`,
    ],
  ])('tells a decision in a line: %#', (one, line) => {
    expect(noteOf([one])).toBe(line);
  });

  it('has its decisions told from what people say in it, and from why it is paused', () => {
    const note = ['paused by ana at 2026-11-25 07:00 UTC: holidays', noteOf([firing({ run }), firing({})])].join('\n');
    expect(note.split('\n').filter((line) => !isDecision(line))).toEqual([
      'paused by ana at 2026-11-25 07:00 UTC: holidays',
    ]);
  });

  it('has as many decisions as Temporal takes with a pause, the newest at any rate', () => {
    const long = firing({ decision: { reason: 'é'.repeat(150) } });
    const note = noteOf(Array.from({ length: 8 }, () => long));
    expect(note.split('\n').length).toBeGreaterThan(1);
    expect(Buffer.byteLength(note)).toBeLessThanOrEqual(1_000);
    const remark = noteWithin([`paused by ana: ${'é'.repeat(900)}`, note]);
    expect(remark).toMatch(/^paused by ana: é+…$/);
    expect(Buffer.byteLength(remark)).toBeLessThanOrEqual(1_000);
  });
});

it('tells a failure of several lines in one, each set off from the one before', () => {
  expect(failureLine('1 row cannot be used\n    it stands in both:\n  test.jsonl:3\n')).toBe(
    '1 row cannot be used; it stands in both: test.jsonl:3',
  );
});
