import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { RUN_VERSION, type RunRecord } from '../../spec/record.ts';
import { specSchema } from '../../spec/spec.ts';
import { describeRecord } from '../../workflows/details.ts';
import { dataSet } from './fake-activities.ts';
import { SPEC } from './harness.ts';

const training: RunRecord = {
  version: RUN_VERSION,
  run: 'temper/reviews/abc123',
  spec: specSchema.parse(parse(SPEC)),
  account: { region: 'us-east-1', bucket: 'bucket', roleArn: 'arn:aws:iam::000000000000:role/r' },
  stage: 'train',
  data: dataSet,
  trainingJob: 'reviews-abc123-train',
  timings: [
    { stage: 'data', startedAt: '2026-11-23T12:00:00.000Z', seconds: 1.5 },
    { stage: 'train', startedAt: '2026-11-23T12:00:01.500Z' },
  ],
};

it('tells what is done, what happens now and what is to come', () => {
  expect(describeRecord(training).split('\n')).toEqual([
    'Now: **train**.',
    '',
    '- ✔ **data** · 1.5 s · rows: train 70, test 20; `sha256:aaaaaaaaaaaa`',
    '- ▶ **train** · since 2026-11-23T12:00:01Z · job `reviews-abc123-train`',
    '- ◦ evaluate',
    '- ◦ gate',
    '- ◦ deploy',
  ]);
});

it('tells how a run ended, what went wrong and what was left behind', () => {
  const failed = describeRecord({
    ...training,
    outcome: 'failed',
    failure: { code: 'JobFailed', message: 'AlgorithmError: boom', stage: 'train' },
    leftBehind: ['reviews-abc123-train'],
  });
  expect(failed).toContain('**JobFailed** in train: AlgorithmError: boom');
  expect(failed).toContain('**Left behind**, take it away with `temper orphans --delete`: reviews-abc123-train');
  expect(failed).toContain('- ✖ **train**');
});

it('says who can decide, by when, what happens then, and what to send', () => {
  const spec = specSchema.parse(parse(`${SPEC}approve: { approvers: [ana, ben], within: 2d }`));
  const approval = {
    reason: 'a person decides on each model',
    evidence: '9df2ab9c85547d3b',
    since: '2026-11-23T12:01:00.000Z',
    until: '2026-11-25T12:01:00.000Z',
    otherwise: 'decline',
    approvers: ['ana', 'ben'],
    reminders: { sent: 1, of: 1 },
    givenBack: 'reviews',
  } as const;
  const { since, until, otherwise, reminders } = approval;
  const told = describeRecord({
    ...training,
    spec,
    stage: 'approve',
    approval,
    waiting: { for: 'approval', of: 'ana, ben', since, until, otherwise, reminders, message: approval.reason },
    refusedSignals: [{ at: since, verdict: 'approve', reason: 'eve is not among those who may decide: ana, ben' }],
    timings: [{ stage: 'approve', startedAt: since }],
  }).split('\n');
  expect(told[0]).toMatch(
    /^Now: \*\*approve\*\*, waiting for approval by ana, ben since .*, until .*, then declined, reminder 1 of 1\.$/,
  );
  expect(told).toContain('**To decide**, as ana or ben:');
  const sent = '"by": "YOUR NAME", "evidence": "9df2ab9c85547d3b"';
  expect(told).toContain(
    `- here, by the update \`decide\`: \`{"verdict": "approve", ${sent}}\`, or \`{"verdict": "decline", ${sent}, "comment": "WHY"}\``,
  );
  expect(told).toContain(
    'A signal to approve did not count at 2026-11-23T12:01:00Z: eve is not among those who may decide: ana, ben',
  );
  expect(told).toContain(
    '- ▶ **approve** · since 2026-11-23T12:01:00Z · `reviews` was given back, as it bills by the hour',
  );
});
