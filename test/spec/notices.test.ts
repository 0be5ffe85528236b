/** What people are told, as they read it, and as SNS takes it. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { approvalNotice, deadlineNotice } from '../../spec/notices/approval.ts';
import { budgetNotice, pausedNotice } from '../../spec/notices/firing.ts';
import { messageOf } from '../../spec/notices/message.ts';
import type { Notice } from '../../spec/notices/notice.ts';
import { endNotice, eventOfEnd, shortageNotice } from '../../spec/notices/run.ts';
import type { Outcome, RunRecord } from '../../spec/record.ts';
import { specSchema } from '../../spec/spec.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:models';
const specOf = (notify: string) =>
  specSchema.parse(
    parse(`
name: reviews
data: { source: data.jsonl, split: { test: 0.2 } }
train: { engine: sagemaker, script: train.py }
evaluate: {}
approve: manual
deploy: { to: sagemaker-endpoint }
notify: ${notify}
`),
  );
const spec = specOf(`{ topic: ${TOPIC} }`);
const { notify } = spec;
if (!notify) throw new Error('nobody is told');

const approval = {
  reason: 'a person decides on each model',
  evidence: '9df2ab9c85547d3b',
  since: '2026-11-25T20:41:00.000Z',
  until: '2026-11-27T20:41:00.000Z',
  otherwise: 'decline',
  approvers: ['ana', 'ben'],
  reminders: { sent: 0, of: 3 },
} as const;
const scores = { scores: { rows: 100, metrics: { accuracy: 0.78125, f1_macro: 0.77 } }, predictions: 's3://b/p' };
const record: RunRecord & { approval: typeof approval } = {
  version: 3,
  run: 'temper/reviews/7f3a9c',
  spec,
  account: { region: 'us-east-1', bucket: 'b', roleArn: 'arn:aws:iam::123456789012:role/r' },
  stage: 'approve',
  evaluations: { candidate: scores },
  gate: [{ rule: 'accuracy >= 0.70', passed: true, reason: 'accuracy 0.7813 >= 0.70' }] as RunRecord['gate'] & object,
  approval,
  timings: [],
};
const ui = { address: 'http://127.0.0.1:8233', namespace: 'default' };
const ended = (outcome: Outcome, facts: Partial<RunRecord> = {}): Notice =>
  endNotice({ ...record, ...facts, outcome }, outcome, outcome);
const bodyOf = (notice: Notice) => {
  const { default: json, ...texts } = JSON.parse(messageOf(notice, ui).body);
  return { ...texts, json: JSON.parse(json) };
};

it('a mail says what is asked, on which evidence, until when, what to type and where to look', () => {
  const notice = approvalNotice(record);
  const { subject, attributes } = messageOf(notice, ui);
  expect(subject).toBe('reviews waits for approval');
  expect(attributes).toEqual({ 'temper.name': 'reviews', 'temper.event': 'approval' });
  // Of other names SNS refuses the whole message; MiniStack takes them.
  for (const name of Object.keys(attributes)) expect(name).toMatch(/^[\w-]+(?:\.[\w-]+)*$/);
  expect(bodyOf(notice).email).toBe(`reviews waits for approval

a person decides on each model
candidate: accuracy 0.7813, f1_macro 0.77
gate passed: accuracy 0.7813 >= 0.70
until 2026-11-27 20:41 UTC, then declined
to be decided by ana or ben

Next:
  temper approve temper/reviews/7f3a9c --evidence 9df2ab9c85547d3b
  temper decline temper/reviews/7f3a9c --evidence 9df2ab9c85547d3b --comment WHY

temper/reviews/7f3a9c
http://127.0.0.1:8233/namespaces/default/workflows/temper%2Freviews%2F7f3a9c`);
});

it('programs and chats get the same as a custom notification of Amazon Q Developer', () => {
  const { json, sms } = bodyOf(approvalNotice({ ...record, approval: { ...approval, reminders: { sent: 2, of: 3 } } }));
  expect(sms).toBe('reviews waits for approval, reminder 2 of 3');
  expect(json).toEqual({
    version: '1.0',
    source: 'custom',
    id: 'temper/reviews/7f3a9c/approval/reminder-2',
    content: {
      textType: 'client-markdown',
      title: sms,
      description: expect.stringMatching(/^a person decides on each model\ncandidate: [\s\S]+%2F7f3a9c$/),
      nextSteps: [expect.stringMatching(/^temper approve /), expect.stringMatching(/^temper decline /)],
      keywords: ['reviews', 'approval'],
    },
    metadata: {
      threadId: 'temper/reviews/7f3a9c',
      summary: sms,
      eventType: 'temper.approval',
      relatedResources: ['temper/reviews/7f3a9c'],
      additionalContext: {
        name: 'reviews',
        event: 'approval',
        run: 'temper/reviews/7f3a9c',
        stage: 'approve',
        evidence: approval.evidence,
        until: approval.until,
        otherwise: 'decline',
        reminder: '2',
        reminders: '3',
        page: 'http://127.0.0.1:8233/namespaces/default/workflows/temper%2Freviews%2F7f3a9c',
      },
    },
  });
});

const failure = { code: 'JobFailed', stage: 'train', message: 'AlgorithmError:\n  exit code 1' } as const;

it.each<[string, Notice, string, string, string]>([
  [
    'a deadline',
    deadlineNotice(record),
    'reviews was approved by its deadline',
    'nobody had decided by 2026',
    'rollback',
  ],
  ['a pass', ended('passed'), 'reviews passed', 'the model was handed over', 'temper history reviews'],
  [
    'a decline',
    ended('declined'),
    'reviews was declined',
    'nothing was deployed',
    'temper resume temper/reviews/7f3a9c',
  ],
  ['a cancel', ended('cancelled'), 'reviews was cancelled in approve', 'stopped and removed', 'temper rerun'],
  [
    'a failure',
    ended('failed', { failure }),
    'reviews failed in train: JobFailed',
    'exit code 1',
    'temper explain JobFailed',
  ],
  [
    'what is left',
    ended('cancelled', { leftBehind: ['endpoint e'] }),
    'reviews was',
    'may bill: endpoint e',
    'orphans',
  ],
  [
    'a shortage',
    shortageNotice(
      { ...record, stage: 'train' },
      { for: 'quota', of: 'ml.g5.xlarge', since: approval.since, tries: 9, message: 'ResourceLimitExceeded' },
    ),
    'reviews cannot go on in train: no quota',
    'waiting for quota of ml.g5.xlarge since 2026-11-25 20:41 UTC, tried 9 times\nAWS said: ResourceLimitExceeded',
    'Service Quotas',
  ],
  [
    'a pause',
    pausedNotice({ name: 'reviews', firing: 'temper-retrain/reviews-x' }, { type: 'JobFailed', message: 'it failed' }),
    'the schedule of reviews is paused: JobFailed',
    'it failed\nnothing is trained again',
    'temper schedule resume reviews',
  ],
  [
    'a budget',
    budgetNotice({
      version: 3,
      name: 'reviews',
      scheduledAt: approval.since,
      decision: { firing: 'f', at: approval.since, decided: 'skip', reason: '9 of 10 USD', findings: [] },
    }),
    'reviews is not trained: its budget does not allow it',
    '9 of 10 USD',
    'temper schedule update FILE',
  ],
])('%s is told with what to do', (_, notice, title, why, command) => {
  expect(notice.title).toContain(title);
  expect(notice.lines.join('\n')).toContain(why);
  expect(notice.next.join('\n')).toContain(command);
  // Subjects take less than 100 characters of ASCII, on one line.
  expect(messageOf({ ...notice, title: notice.title.repeat(9) }, undefined).subject).toMatch(/^[\x20-\x7e]{1,99}$/);
});

it('what others wrote neither fills a screen nor calls anybody', () => {
  const { lines, ...rest } = ended('failed', { failure: { ...failure, message: `<!channel> ${'x'.repeat(9_000)}` } });
  const { json } = bodyOf({ lines, ...rest });
  expect(lines[0]).toHaveLength(1_000);
  expect(json.content.description).toMatch(/^< !channel> x+…/);
});

describe('the end of a run', () => {
  const told = (facts: Partial<RunRecord>, on: string) => {
    const wanted = specOf(`{ topic: ${TOPIC}, on: ${on} }`).notify;
    return wanted && eventOfEnd({ ...record, ...facts }, wanted);
  };

  it('is told where it is asked for', () => {
    expect(told({ outcome: 'passed' }, '[passed]')).toBe('passed');
    expect(told({ outcome: 'rejected' }, '[passed]')).toBeUndefined();
    expect(notify.on).toEqual(['approval', 'shortage', 'failed', 'budget']);
  });

  it('is told by the firing where a run of a schedule fails, which knows what becomes of the schedule', () => {
    expect(told({ outcome: 'failed' }, '[failed]')).toBe('failed');
    expect(told({ outcome: 'failed', startedBy: { how: 'schedule' } }, '[failed]')).toBeUndefined();
    expect(told({ outcome: 'passed', startedBy: { how: 'schedule' } }, '[passed]')).toBe('passed');
  });

  it('is part of the approval where its deadline has declined the model', () => {
    const decision = { verdict: 'decline', at: approval.until, evidence: 'e', how: 'deadline' } as const;
    const declined = { outcome: 'declined', approval: { ...approval, decision } } as const;
    expect(told(declined, '[approval]')).toBe('approval');
    expect(told(declined, '[approval, declined]')).toBe('declined');
    const byAna = { ...declined, approval: { ...approval, decision: { ...decision, by: 'ana', how: 'cli' } } } as const;
    expect(told(byAna, '[approval]')).toBeUndefined();
  });
});

describe('notify: in temper.yaml', () => {
  it.each([
    ['{ topic: models }', /ARN of an SNS topic/],
    ['{ topic: "arn:aws:sns:us-east-1:1234:models" }', /ARN of an SNS topic/],
    [`{ topic: "${TOPIC}", on: [] }`, /too_small|>=1/],
    [`{ topic: "${TOPIC}", on: [passed, passed] }`, /name each of them once/],
    [`{ topic: "${TOPIC}", on: [done] }`, /Invalid option/],
  ])('%s is refused', (text, message) => {
    expect(() => specOf(text)).toThrow(message);
  });

  it('takes FIFO topics and other partitions', () => {
    expect(specOf('{ topic: "arn:aws-us-gov:sns:us-gov-west-1:123456789012:models.fifo" }').notify?.topic).toMatch(
      /fifo$/,
    );
  });
});
