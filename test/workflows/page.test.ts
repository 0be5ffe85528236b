/** What the Temporal UI shows of a run, in Markdown. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { Prices } from '../../spec/cost/prices.ts';
import type { RuleVerdict } from '../../spec/gate.ts';
import { RUN_VERSION, type RunRecord, type TrainedModel } from '../../spec/record.ts';
import type { RetrainDecision } from '../../spec/retrain.ts';
import { specSchema } from '../../spec/spec.ts';
import { describeRun } from '../../workflows/page/page.ts';
import { dataSet, scoresWith } from './fake-activities.ts';

const SPEC = `
name: reviews
data: { source: data.jsonl, split: { test: 0.2 } }
train: { engine: sagemaker, script: train.py, base: run:movie-reviews }
evaluate: {}
gate: [accuracy >= 0.70]
deploy: { to: sagemaker-endpoint }
`;

const specOf = (text: string) => specSchema.parse(parse(text));

const prices: Prices = {
  training: { 'ml.m5.large': 0.36 },
  transform: { 'ml.m5.large': 0.36 },
  hosting: { 'ml.m5.large': 0.36 },
};

const training: RunRecord = {
  version: RUN_VERSION,
  run: 'temper/reviews/abc123',
  spec: specOf(SPEC),
  account: { region: 'us-east-1', bucket: 'bucket', roleArn: 'arn:aws:iam::000000000000:role/r' },
  startedBy: { how: 'cli', by: 'ana' },
  stage: 'train',
  data: dataSet,
  trainingJob: 'reviews-abc123-train',
  timings: [
    { stage: 'data', startedAt: '2026-11-23T12:00:00.000Z', seconds: 1.5 },
    { stage: 'train', startedAt: '2026-11-23T12:00:01.500Z' },
  ],
};

const model: TrainedModel = {
  engine: 'sagemaker',
  artifact: 's3://bucket/model.tar.gz',
  jobName: 'reviews-abc123-train',
  jobArn: 'arn',
  instance: 'ml.m5.large',
  metrics: { loss: 0.12 },
  trainingSeconds: 1000,
  billedSeconds: 1000,
};

/** A run up to its gate. */
const judged: RunRecord = {
  ...training,
  stage: 'gate',
  model,
  evaluations: {
    base: { scores: scoresWith(70), predictions: 's3://bucket/base' },
    candidate: { scores: scoresWith(80), predictions: 's3://bucket/candidate' },
  },
  gate: [
    { rule: 'accuracy >= 0.70', passed: true, value: 0.8, threshold: 0.7, reason: 'accuracy 0.8000 is >= 0.7000' },
  ],
  timings: [
    { stage: 'data', startedAt: '2026-11-23T12:00:00.000Z', seconds: 1.5 },
    { stage: 'train', startedAt: '2026-11-23T12:00:01.500Z', seconds: 1020 },
    { stage: 'evaluate', startedAt: '2026-11-23T12:17:00.000Z', seconds: 500 },
    { stage: 'gate', startedAt: '2026-11-23T12:26:00.000Z', seconds: 0 },
  ],
};

describe('a run under way', () => {
  it('tells what happens now, what is done, what is next, what it costs and who started it', () => {
    const budgeted = { ...training, spec: specOf(`${SPEC}budget: 25 USD`) };
    expect(describeRun(budgeted, { prices }).split('\n')).toEqual([
      '### Now: train, stage 2 of 5',
      '',
      'How far that is, and what stands in its way, is under *Pending Activities*.',
      '',
      '**So far**',
      '',
      '- ✔ **data** · 1.5 s · rows: train 70, test 20; `sha256:aaaaaaaaaaaa`',
      '- ▶ **train** · since 2026-11-23 12:00 UTC · job `reviews-abc123-train`',
      '',
      '**Next**: evaluate, then gate, then deployment as endpoint `reviews`.',
      '',
      '**Cost**, by the prices that the run was started with',
      '',
      '- billed so far: training job reviews-abc123-train counts once it is over',
      // An hour of training, and two evaluations of an hour.
      '- the whole run, at most: 1.08 USD, of a budget of 25 USD',
      '- after it: 262.80 USD a month: the endpoint bills until it is deleted',
      '',
      '**Started** with `temper run` by ana.',
    ]);
  });

  it('says where its files come from, and how to go on where they do not', () => {
    const { data: _, ...record } = training;
    const uploading = {
      ...record,
      stage: 'data',
      timings: [{ stage: 'data', startedAt: '2026-11-23T12:00:00Z' }],
    } as const;
    expect(describeRun(uploading, { machine: 'laptop' })).toContain(
      'Its files come from `laptop`; if nothing comes, go on there with `temper upload temper/reviews/abc123`.',
    );
    const inS3 = { ...uploading, spec: specOf(SPEC.replace('data.jsonl', 's3://bucket/data.jsonl')) };
    expect(describeRun(inS3, { source: { uri: 's3://bucket/code.tar.gz', sha256: 'b' } })).not.toContain('Its files');
  });

  it('says what it waits for, since when, what AWS said of it and what to do', () => {
    const waiting = {
      for: 'quota',
      of: 'ml.g5.xlarge',
      since: '2026-11-23T12:00:00.000Z',
      tries: 4,
      nextTryAt: '2026-11-23T12:15:00.000Z',
      message: 'ResourceLimitExceeded: the limit *for* `ml.g5.xlarge`\nis 0',
    } as const;
    const told = describeRun({ ...training, waiting });
    expect(told).toContain(
      '**Waiting for quota of ml.g5.xlarge since 2026-11-23 12:00 UTC, tried 4 times, next try at 2026-11-23 12:15 UTC.**',
    );
    expect(told).toContain('AWS said: `` ResourceLimitExceeded: the limit *for* `ml.g5.xlarge` is 0 ``');
    expect(told).toContain(
      '**To do**: stop what uses it, or ask for more in Service Quotas. The run tries again by itself, and gives up at 2026-11-24 12:00 UTC (`train.maxWait`).',
    );
    expect(describeRun({ ...training, waiting: { ...waiting, for: 'capacity' } })).toContain(
      '**To do**: nothing, unless it takes too long. The run tries again by itself, and gives up at 2026-11-24 12:00 UTC',
    );
  });

  it('tells what it was billed, and what no price is known of', () => {
    expect(describeRun(judged, { prices })).toContain('- billed so far: at most 0.20 USD\n');
    const told = describeRun(judged);
    expect(told).toContain('- billed so far: not known of ml.m5.large\n');
    expect(told).toContain(
      '- the whole run, at most: not known, for want of the price of ml.m5.large (training), the price of ml.m5.large (transform)',
    );
  });

  it('counts no stage that another run has paid for', () => {
    const takenFrom = { run: 'temper/reviews/fff', stage: 'deploy' } as const;
    const told = describeRun(
      { ...judged, startedBy: { how: 'rollback', by: 'ben', comment: 'too terse' }, takenFrom },
      { prices },
    );
    expect(told).toContain('- billed so far: nothing\n- the whole run, at most: 0.00 USD\n');
    expect(told).toContain(
      '**Started** with `temper rollback` by ben: `too terse`. What comes before its deploy stage is of `temper/reviews/fff`.',
    );
  });

  it('tells why its schedule started it, each thing that was looked at', () => {
    const decision: RetrainDecision = {
      firing: 'temper-retrain/reviews-2026-11-23T12:00:00Z',
      at: '2026-11-23T12:00:00.000Z',
      decided: 'train',
      reason: '520 rows are new, at least 500 wanted',
      findings: [
        { trigger: 'newData', due: true, reason: '520 rows are new, at least 500 wanted' },
        { trigger: 'championAge', due: false, reason: 'the champion is 3 days old, younger than 30d' },
      ],
    };
    expect(describeRun({ ...training, startedBy: { how: 'schedule', by: 'ana' }, decision })).toContain(
      [
        '**Started** by its schedule, triggered by ana. Decided: 520 rows are new, at least 500 wanted.',
        '',
        '- ✔ newData: 520 rows are new, at least 500 wanted',
        '- ◦ championAge: the champion is 3 days old, younger than 30d',
      ].join('\n'),
    );
  });

  it.each([
    [`${SPEC}approve: manual`, 'evaluate, then gate, then approval by a person, then deployment as endpoint `reviews`'],
    [
      `${SPEC}approve: { when: borderline, between: { metric: accuracy, from: 0.7, to: 0.8 }, approvers: [ana, ben] }`,
      'evaluate, then gate, then approval by ana or ben where accuracy is not above 0.8, then deployment',
    ],
    [
      SPEC.replace(/train: .*/, 'train: { engine: bedrock, base: amazon.nova-lite-v1:0 }').replace(
        'sagemaker-endpoint',
        'bedrock-on-demand',
      ),
      'evaluate, then gate, then deployment as custom model deployment `reviews`',
    ],
    [
      SPEC.replace('evaluate: {}\n', '')
        .replace(/gate:.*\n/, '')
        .replace('{ to: sagemaker-endpoint }', '{ to: none }'),
      'hand-over',
    ],
  ])('has before it what its spec says', (spec, next) => {
    expect(describeRun({ ...training, spec: specOf(spec) })).toContain(`**Next**: ${next}`);
  });
});

it('says who can decide, by when, what happens then, and what to send, below what it is decided on', () => {
  const approval = {
    reason: 'a person decides on each model',
    evidence: '9df2ab9c85547d3b',
    since: '2026-11-23T12:27:00.000Z',
    until: '2026-11-25T12:27:00.000Z',
    otherwise: 'decline',
    approvers: ['ana', 'ben'],
    reminders: { sent: 1, of: 1 },
    givenBack: 'reviews',
  } as const;
  const { since, until, otherwise, reminders } = approval;
  const told = describeRun({
    ...judged,
    spec: specOf(`${SPEC}approve: { approvers: [ana, ben], within: 2d }`),
    stage: 'approve',
    approval,
    waiting: { for: 'approval', of: 'ana, ben', since, until, otherwise, reminders, message: 'decide' },
    refusedSignals: [{ at: since, verdict: 'approve', reason: 'eve is not among those who may decide: ana, ben' }],
    timings: [...judged.timings, { stage: 'approve', startedAt: since }],
  });
  expect(told.slice(0, told.indexOf('**Cost**')).trimEnd().split('\n')).toEqual([
    '### Now: approve, stage 5 of 6',
    '',
    '**Waiting for approval by ana, ben since 2026-11-23 12:27 UTC, until 2026-11-25 12:27 UTC, then declined, reminder 1 of 1.**',
    '',
    'Why: a person decides on each model.',
    '',
    '**So far**',
    '',
    '- ✔ **data** · 1.5 s · rows: train 70, test 20; `sha256:aaaaaaaaaaaa`',
    '- ✔ **train** · 17m 00s · job `reviews-abc123-train`; ml.m5.large, 1000 s billed; loss 0.12',
    '- ✔ **evaluate** · 8m 20s · base: accuracy 0.7, f1_macro 0.4118; candidate: accuracy 0.8, f1_macro 0.4444',
    '- ✔ **gate** · 1 of 1 rule holds',
    '- ▶ **approve** · since 2026-11-23 12:27 UTC · `reviews` was given back, as it bills by the hour',
    '',
    '**Rules of the gate that hold**',
    '',
    '- accuracy 0.8000 is >= 0.7000',
    '',
    '**To decide here**, as ana or ben: More Actions, Send an Update, `decide`, with these data to approve:',
    '',
    '```json',
    '{',
    '  "verdict": "approve",',
    '  "by": "YOUR NAME",',
    '  "evidence": "9df2ab9c85547d3b"',
    '}',
    '```',
    '',
    'or these to decline:',
    '',
    '```json',
    '{',
    '  "verdict": "decline",',
    '  "by": "YOUR NAME",',
    '  "comment": "WHY",',
    '  "evidence": "9df2ab9c85547d3b"',
    '}',
    '```',
    '',
    '**In a terminal**: `temper approve temper/reviews/abc123`, or `temper decline temper/reviews/abc123 --comment WHY`.',
    '',
    'A signal to approve did not count at 2026-11-23 12:27 UTC: `eve is not among those who may decide: ana, ben`',
    '',
    '**Next**: deployment as endpoint `reviews`.',
  ]);
});

describe('a run that is over', () => {
  const headOf = (record: RunRecord): string => describeRun(record, { prices }).split('**So far**')[0]?.trimEnd() ?? '';

  it.each<[string, RunRecord, string[]]>([
    [
      'passed',
      {
        ...judged,
        outcome: 'passed',
        deployment: {
          to: 'sagemaker-endpoint',
          endpoint: 'reviews',
          endpointConfig: 'reviews-abc123',
          created: true,
          smokeTest: { input: '{}', output: '{}', milliseconds: 5 },
        },
      },

      ['### Passed', 'The model was handed over, and serves as endpoint `reviews`.'],
    ],
    [
      'rejected',
      {
        ...judged,
        outcome: 'rejected',
        gate: [{ rule: 'r', passed: false, value: 0.8, threshold: 0.9, reason: 'accuracy 0.8000 is not >= 0.9000' }],
      },
      [
        '### Rejected by the gate',
        '- accuracy 0.8000 is not >= 0.9000',
        'Nothing was deployed; the model is kept: `s3://bucket/model.tar.gz`.',
      ],
    ],
    [
      'declined',
      {
        ...judged,
        outcome: 'declined',
        approval: {
          reason: 'r',
          evidence: 'e',
          since: '2026-11-23T12:27:00Z',
          until: '2026-11-25T12:27:00Z',
          otherwise: 'decline',
          reminders: { sent: 0, of: 0 },
          decision: {
            verdict: 'decline',
            by: 'ben',
            at: '2026-11-23T13:00:00Z',
            evidence: 'e',
            how: 'ui',
            comment: 'too *terse*',
          },
        },
      },
      [
        '### Declined by ben at 2026-11-23 13:00 UTC',
        'Why: `too *terse*`',
        'Nothing was deployed; the model is kept: `s3://bucket/model.tar.gz`.',
      ],
    ],
    [
      'failed',
      {
        ...training,
        outcome: 'failed',
        failure: {
          code: 'JobFailed',
          message: 'AlgorithmError: __init__ failed',
          stage: 'train',
          log: ['epoch 1', 'boom'],
        },
        leftBehind: ['reviews-abc123-train'],
      },
      [
        '### Failed in train',
        '**JobFailed**: `AlgorithmError: __init__ failed`',
        '**To do**: correct what AWS or the log says, then start the run again; the whole log: temper logs temper/reviews/abc123.',
        'The log of the job ends with',
        '```\nepoch 1\nboom\n```',
        '**Left behind**, take it away with `temper orphans --delete`: `reviews-abc123-train`',
      ],
    ],
    [
      'cancelled',
      { ...training, outcome: 'cancelled' },
      ['### Cancelled in train', 'What it had started was stopped and removed.'],
    ],
  ])('%s', (_, record, paragraphs) => {
    expect(headOf(record)).toBe(paragraphs.join('\n\n'));
  });

  it('has nothing before it, and bills on only where something serves', () => {
    const told = describeRun({ ...training, outcome: 'cancelled' }, { prices });
    expect(told).toContain('- ✖ **train** · begun 2026-11-23 12:00 UTC');
    expect(told).toContain('- billed: not known of training job reviews-abc123-train\n');
    expect(told).not.toMatch(/Next|at most|after it/);
  });
});

/** A gate with a rule for each of so many values of a field. */
const sliced = (values: readonly string[], passed: boolean): RuleVerdict[] =>
  values.map((value) => ({
    rule: 'accuracy >= 0.8',
    slice: { field: 'language', value },
    passed,
    value: 0.9,
    rows: 7,
    reason: `language ${value}: accuracy 0.9 >= 0.8, of 7 rows`,
  }));

it('tells values of the data as they are, whatever they look like', () => {
  const told = describeRun({ ...judged, gate: sliced(['<b>x</b>', '`a` *b*', 'snake_case --now'], true) });
  expect(told).toContain('- ✔ **gate** · 3 of 3 rules hold\n');
  expect(told).toContain('- language \\<b>x\\</b>: accuracy 0.9 >= 0.8, of 7 rows\n');
  expect(told).toContain('- language \\`a\\` \\*b\\*: ');
  expect(told).toContain('- language snake\\_case \\-\\-now: ');
});

it('tells some of many rules, and of a rejected run those that were missed', () => {
  const values = Array.from({ length: 300 }, (_, index) => `value ${index} of a field`);
  const gate = [...sliced(values.slice(0, 200), true), ...sliced(values.slice(200), false)];
  const told = describeRun({ ...judged, outcome: 'rejected', gate });
  expect(told).toMatch(/^### Rejected by the gate\n\n- language value 200 of a field/);
  expect(told).toContain('\n- 90 rules more\n');
  expect(told).toContain(
    '\n- ✖ **gate** · 200 of 300 rules hold\n\n**Rules of the gate that hold**\n\n- language value 0 of a field',
  );
  expect(told).toContain('\n- 190 rules more\n');
});

it('does not say that all is gone where something was left behind', () => {
  const told = describeRun({ ...training, outcome: 'cancelled', leftBehind: ['reviews-abc123-train'] });
  expect(told).not.toContain('stopped and removed');
});

it('breaks long lines of a log, and tells the last of them', () => {
  const failure = { code: 'JobFailed', message: 'm', stage: 'train', log: ['first', `${'x'.repeat(100)}end`] } as const;
  expect(describeRun({ ...training, outcome: 'failed', failure })).toContain(
    `\`\`\`\nfirst\n${'x'.repeat(66)}\n${'x'.repeat(34)}end\n\`\`\``,
  );
});

it('stays short enough for the address that the UI has it in', () => {
  const long = 'x'.repeat(50_000);
  const told = describeRun({
    ...judged,
    gate: sliced(
      Array.from({ length: 300 }, (_, index) => `多言語 ${index}`),
      true,
    ),
    outcome: 'failed',
    failure: { code: 'JobFailed', message: long, stage: 'train', log: Array.from({ length: 40 }, () => long) },
  });
  expect(encodeURIComponent(told).length).toBeLessThan(8_000);
});
