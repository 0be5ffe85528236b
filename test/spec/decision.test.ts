import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Approval } from '../../spec/approval.ts';
import { decidedText, readDecision, refusalOf } from '../../spec/decision.ts';
import { evidenceOf } from '../../spec/evidence.ts';
import { RUN_VERSION, type RunRecord } from '../../spec/record.ts';
import { specSchema } from '../../spec/spec.ts';

const approval: Approval = {
  reason: 'a person decides on each model',
  evidence: '3f2a9c10b4d75e21',
  since: '2026-11-23T12:00:00.000Z',
  until: '2026-11-25T12:00:00.000Z',
  otherwise: 'decline',
  reminders: { sent: 0, of: 1 },
};
const record: RunRecord = {
  version: RUN_VERSION,
  run: 'temper/reviews/abc123',
  spec: specSchema.parse(
    parse(
      'name: reviews\ndata: { source: d.jsonl }\ntrain: { engine: sagemaker, script: train.py }\napprove: { within: 2d }',
    ),
  ),
  account: { region: 'us-east-1', bucket: 'bucket', roleArn: 'arn:aws:iam::000000000000:role/r' },
  stage: 'approve',
  waiting: { for: 'approval', message: '' },
  approval,
  timings: [],
};
const decision = { verdict: 'approve', by: 'ana', evidence: approval.evidence } as const;
const refusedAt = (time: string, facts: Partial<RunRecord> = {}) =>
  refusalOf({ ...record, ...facts }, decision, new Date(time));

describe('a decision counts', () => {
  it('until the deadline, and no longer, also where the deadline was not acted on yet', () => {
    expect(refusedAt('2026-11-25T11:59:59.999Z')).toBeUndefined();
    expect(refusedAt('2026-11-25T12:00:00.000Z')).toEqual({
      code: 'ApprovalOver',
      message: 'the deadline was 12:00 UTC: the model is declined',
    });
  });

  it('once: the first one holds, or that of the deadline', () => {
    const at = '2026-11-24T08:30:00.000Z';
    const first = { ...decision, at, how: 'cli' } as const;
    expect(refusedAt('2026-11-24T09:00:00.000Z', { approval: { ...approval, decision: first } })).toEqual({
      code: 'ApprovalDecided',
      message: 'the run was approved by ana at 08:30 UTC',
    });
    const byDeadline = { verdict: 'decline', at, evidence: approval.evidence, how: 'deadline' } as const;
    expect(decidedText({ ...approval, decision: byDeadline }, new Date('2026-11-26T09:00:00.000Z'))).toBe(
      'declined by nobody: the deadline was 2026-11-25 12:00 UTC',
    );
  });

  it('not while the run is being cancelled, or gives back what bills first', () => {
    const { waiting: _, ...ending } = record;
    const now = new Date('2026-11-24T09:00:00.000Z');
    expect(refusalOf(ending, decision, now)?.message).toBe('the run does not wait for approval any more');
    const { approval: __, ...early } = ending;
    expect(refusalOf(early, decision, now)?.message).toMatch(
      /gives back what bills by the hour first; decide in a few/,
    );
  });
});

it('space around what was typed does not matter, and what else was sent is left out', () => {
  const sent = {
    verdict: 'decline',
    by: ' ana ',
    evidence: ` ${approval.evidence}\n`,
    comment: ' too terse ',
    how: 'fax',
  };
  expect(readDecision(sent)).toEqual({
    verdict: 'decline',
    by: 'ana',
    evidence: approval.evidence,
    comment: 'too terse',
  });
});

it('evidence is another one when data, model, scores or verdicts are', () => {
  const verdict = { rule: 'accuracy >= 0.7', passed: true, value: 0.8, threshold: 0.7, reason: '' };
  const scores = (accuracy: number) => ({
    candidate: { scores: { rows: 20, metrics: { accuracy } }, predictions: 's3://bucket/p' },
  });
  const whole: RunRecord = { ...record, evaluations: scores(0.8), gate: [verdict] };
  const all = [
    whole,
    { ...whole, evaluations: scores(0.81) },
    { ...whole, gate: [{ ...verdict, passed: false }] },
    { ...whole, evaluations: {} },
  ].map(evidenceOf);
  expect(new Set(all).size).toBe(all.length);
  expect(evidenceOf({ ...whole, stage: 'deploy' })).toBe(all[0]);
  expect(all[0]).toMatch(/^[0-9a-f]{16}$/);
});
