import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import pc from 'picocolors';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Output, type Screen } from '../../cli/output.ts';
import { finishedStages, pendingLine, renderRecord, stageLine } from '../../cli/rendering/record.ts';
import { renderRuns } from '../../cli/rendering/runs.ts';
import { Story } from '../../cli/rendering/story.ts';
import type { Judged } from '../../spec/evaluation.ts';
import { evaluateGate } from '../../spec/gate.ts';
import { RUN_VERSION, type RunRecord } from '../../spec/record.ts';
import { specSchema } from '../../spec/spec.ts';
import { describeRun } from '../../workflows/page/page.ts';
import { dataSet, scoresWith } from '../workflows/fake-activities.ts';

const style = pc.createColors(false);
const plain: Screen = { style, columns: 80, whole: false };
const wide: Screen = { ...plain, columns: 120 };
const RUN = 'temper/product-reviews/7f3a9c';
const RULES = ['accuracy >= 0.70', 'accuracy >= base + 0.05'];

const started: RunRecord = {
  version: RUN_VERSION,
  run: RUN,
  spec: specSchema.parse({
    name: 'product-reviews',
    data: { source: 'data.jsonl' },
    train: { engine: 'sagemaker', script: 'train.py', base: 'run:movie-reviews' },
    evaluate: { metrics: ['accuracy', 'f1_macro'] },
    gate: RULES,
    deploy: { to: 'sagemaker-endpoint' },
  }),
  account: { region: 'us-east-1', bucket: 'bucket', roleArn: 'arn:aws:iam::000000000000:role/r' },
  stage: 'train',
  data: {
    ...dataSet,
    splits: { train: { uri: 's3://b/train/', rows: 2541 }, test: { uri: 's3://b/test/', rows: 635 } },
  },
  trainingJob: 'product-reviews-7f3a9c-train',
  timings: [
    { stage: 'data', startedAt: '2026-01-01T00:00:00Z', seconds: 0.41 },
    { stage: 'train', startedAt: '2026-01-01T00:00:01Z' },
  ],
};

/** A run that got to its gate with these numbers of right answers out of 100. */
function evaluated(base: number, candidate: number): RunRecord {
  const scores = { base: scoresWith(base), candidate: scoresWith(candidate) };
  return {
    ...started,
    stage: 'gate',
    model: {
      engine: 'sagemaker',
      artifact: 's3://b/model.tar.gz',
      jobName: 'product-reviews-7f3a9c-train',
      jobArn: 'arn',
      instance: 'ml.m5.large',
      metrics: { loss: 12.345, accuracy: 0.761 },
      trainingSeconds: 6,
      billedSeconds: 6,
    },
    evaluations: {
      base: { scores: scores.base, predictions: 's3://b/p' },
      candidate: { scores: scores.candidate, predictions: 's3://b/q' },
    },
    gate: evaluateGate(RULES, scores).rules,
    timings: [
      { stage: 'data', startedAt: '2026-01-01T00:00:00Z', seconds: 0.41 },
      { stage: 'train', startedAt: '2026-01-01T00:00:01Z', seconds: 6.2 },
      { stage: 'evaluate', startedAt: '2026-01-01T00:00:08Z', seconds: 83 },
      { stage: 'gate', startedAt: '2026-01-01T00:00:09Z', seconds: 0 },
    ],
  };
}

describe('a record, as people read it', () => {
  it('under way', () => {
    expect(renderRecord(started, plain)).toMatchInlineSnapshot(`
      "  run        temper/product-reviews/7f3a9c

        ✔ data       3,176 rows · 2 splits · sha256:aaaa…                 0.4 s
        … train      under way"
    `);
  });

  it('with what there is to know of answers and judge', () => {
    const { evaluations: _, ...record } = evaluated(62, 76);
    const scores = { rows: 1200, metrics: { exact_match: 0.5, token_f1: 0.75, judge_score: 0.8 } };
    const answering = { modelId: 'm', inputTokens: 9, outputTokens: 9, cut: 0 };
    const judged: Judged = {
      ...{ model: 'amazon.nova-pro-v1:0', rows: 200, unread: 2, inputTokens: 9, outputTokens: 9, verdicts: 's3://b/v' },
      score: { mean: 0.8, deviation: 0.21 },
      pairs: { wins: 120, ties: 60, losses: 20, winRate: { mean: 0.75, deviation: 0.3 }, disagreement: 0.045 },
    };
    const evaluations = {
      base: { scores, predictions: 's3://b/p', answering: { ...answering, cut: 12, unlabelled: 1150 } },
      candidate: {
        ...{ scores, predictions: 's3://b/q', judged },
        answering: { ...answering, unanswered: { rows: 1, reason: 'ValidationException: the text is blank' } },
      },
    };
    expect(
      stageLine({ ...record, evaluations }, 'evaluate', wide)
        .split('\n')
        .slice(1),
    ).toEqual([
      '               base: 1,150 answers that are no label',
      '               base: 12 answers cut at evaluate.maxTokens',
      '               candidate: 1 row without an answer: ValidationException: the text is blank',
      '               judge amazon.nova-pro-v1:0: 200 rows, score 0.80 ± 0.21',
      '               judge: won 120, tied 60, lost 20, ± 0.30; the order decided 5 %',
      '               judge: 2 verdicts could not be read',
    ]);
    expect(describeRun({ ...record, evaluations })).toContain('; base: 1,150 answers that are no label; ');
  });

  it('passed', () => {
    const record = evaluated(62, 76);
    const passed: RunRecord = {
      ...record,
      stage: 'deploy',
      outcome: 'passed',
      deployment: {
        to: 'sagemaker-endpoint',
        endpoint: 'product-reviews',
        endpointConfig: 'product-reviews-7f3a9c',
        created: false,
        smokeTest: { input: '{}', output: '{}', milliseconds: 4 },
      },
      timings: [...record.timings, { stage: 'deploy', startedAt: '2026-01-01T00:00:10Z', seconds: 3725 }],
    };
    expect(renderRecord(passed, wide)).toMatchInlineSnapshot(`
      "  run        temper/product-reviews/7f3a9c

        ✔ data       3,176 rows · 2 splits · sha256:aaaa…                 0.4 s
        ✔ train      sagemaker · product-reviews-7f3a9c-train             6.2 s   loss 12.35 · accuracy 0.76
        ✔ evaluate   accuracy base 0.62 → candidate 0.76                 1m 23s   f1_macro 0.38 → 0.43
        ✔ gate       accuracy 0.76 ≥ 0.70 · beats base by 0.14
        ✔ deploy     endpoint product-reviews updated · smoke test ok    1h 02m

        try it: temper invoke product-reviews --text "...""
    `);
  });

  it('rejected', () => {
    expect(renderRecord({ ...evaluated(70, 72), outcome: 'rejected' }, wide)).toMatchInlineSnapshot(`
      "  run        temper/product-reviews/7f3a9c

        ✔ data       3,176 rows · 2 splits · sha256:aaaa…                 0.4 s
        ✔ train      sagemaker · product-reviews-7f3a9c-train             6.2 s   loss 12.35 · accuracy 0.76
        ✔ evaluate   accuracy base 0.70 → candidate 0.72                 1m 23s   f1_macro 0.41 → 0.42
        ✖ gate       1 of 2 rules missed

        rejected by the gate: nothing was deployed
          ✔ accuracy >= 0.70               accuracy 0.7200 is >= 0.7000
          ✖ accuracy >= base + 0.05        accuracy 0.7200 is not >= 0.7500 (base 0.7000)
        the model is kept: s3://b/model.tar.gz"
    `);
  });

  it('failed', () => {
    const failed: RunRecord = {
      ...started,
      outcome: 'failed',
      failure: {
        code: 'JobFailed',
        message: 'training job product-reviews-7f3a9c-train failed: AlgorithmError: exit code 1',
        stage: 'train',
        log: ['Traceback (most recent call last):', '  File "train.py", line 3, in <module>', 'KeyError: 7'],
      },
      leftBehind: ['product-reviews'],
    };
    expect(renderRecord(failed, plain)).toMatchInlineSnapshot(`
      "  run        temper/product-reviews/7f3a9c

        ✔ data       3,176 rows · 2 splits · sha256:aaaa…                 0.4 s
        ✖ train      sagemaker · product-reviews-7f3a9c-train

        failed in train (JobFailed): training job product-reviews-7f3a9c-train failed: AlgorithmError: exit code 1

        the log ends with:
        │ Traceback (most recent call last):
        │   File "train.py", line 3, in <module>
        │ KeyError: 7

        fix: correct what AWS or the log says, then start the run again; the whole log: temper logs temper/product-reviews/7f3a9c
        more: temper explain JobFailed
        left behind, and may bill: product-reviews; take it away with: temper orphans --delete"
    `);
  });

  it('cancelled', () => {
    expect(renderRecord({ ...started, outcome: 'cancelled' }, plain)).toMatchInlineSnapshot(`
      "  run        temper/product-reviews/7f3a9c

        ✔ data       3,176 rows · 2 splits · sha256:aaaa…                 0.4 s
        ■ train      sagemaker · product-reviews-7f3a9c-train

        cancelled while in train; training job product-reviews-7f3a9c-train is stopped"
    `);
  });
});

/** A run that failed in its deployment. */
function undeployed(message: string, facts: Partial<RunRecord> = {}): string {
  const failure = { code: 'EndpointFailed', message, stage: 'deploy' } as const;
  return renderRecord({ ...evaluated(62, 76), stage: 'deploy', outcome: 'failed', failure, ...facts }, plain);
}

describe('a deployment that failed', () => {
  const unchanged = 'what was served before is unchanged';

  it('says that the endpoint is as before only where it is', () => {
    expect(undeployed('endpoint product-reviews is Failed: no space')).toContain(
      `log group /aws/sagemaker/Endpoints/product-reviews; ${unchanged}`,
    );
    expect(undeployed('endpoint product-reviews is gone: somebody deleted it')).not.toContain(unchanged);
    expect(undeployed('endpoint product-reviews is Failed', { leftBehind: ['product-reviews'] })).not.toContain(
      unchanged,
    );
  });
});

it('cuts a message that would fill the screen, unless it is asked for whole', () => {
  const message = `member must satisfy enum value set: [${'ml.m5.large, '.repeat(400)}]`;
  const record = {
    ...started,
    outcome: 'failed',
    failure: { code: 'InvalidRequest', message, stage: 'train' },
  } as const;
  expect(renderRecord(record, plain)).toMatch(/ml\.m… \(4,638 characters more: --debug\)/);
  expect(renderRecord(record, { ...plain, whole: true })).toContain(message);
  const pending = { problem: message, attempt: 2 };
  expect(pendingLine('train', pending, '·', plain)).toMatch(/characters more: --debug\)$/);
});

it('tells below its stage what does not fit beside it', () => {
  expect(renderRecord(evaluated(62, 76), plain)).toContain(
    `${'  ✔ train      sagemaker · product-reviews-7f3a9c-train'.padEnd(65)}   6.2 s
               loss 12.35 · accuracy 0.76
  ✔ evaluate`,
  );
});

it('keeps the time beside the text where the terminal is narrow', () => {
  expect(renderRecord(evaluated(62, 76), { ...plain, columns: 60 })).toContain(
    '✔ train      sagemaker · product-reviews-7f3a9c-train  6.2 s',
  );
  expect(pendingLine('train', undefined, '·', { ...plain, columns: 60 }, '3.0 s')).toBe(
    '  · train      under way  3.0 s',
  );
});

it('counts the stage under way as finished only once the run is over', () => {
  expect(finishedStages(started)).toEqual(['data']);
  expect(finishedStages({ ...started, outcome: 'failed' })).toEqual(['data', 'train']);
});

it('tells what a job is doing, and what stands in its way', () => {
  const progress = { resource: 'job', status: 'InProgress', secondaryStatus: 'Training', metrics: { loss: 0.5 } };
  expect(pendingLine('train', { progress, attempt: 3 }, '·', plain)).toBe('  · train      job · Training · loss 0.50');
  const asking = { asked: 'amazon.nova-lite-v1:0', answered: 412, total: 1000, atOnce: 3 };
  expect(pendingLine('evaluate', { progress: asking, attempt: 1 }, '·', plain)).toBe(
    '  · evaluate   amazon.nova-lite-v1:0 · 412 of 1,000 rows · 3 at once',
  );
  expect(pendingLine('train', { problem: 'Throttled: slow down', attempt: 3 }, '·', plain)).toBe(
    '  · train      trying again (3): Throttled: slow down',
  );
  expect(
    pendingLine('data', { progress: { file: 's3://b/k/train.jsonl', bytes: 1, total: 4 }, attempt: 1 }, '·', plain),
  ).toBe('  · data       train.jsonl · 25 %');
});

it('tells of an upload how fast it goes and how long it will take', () => {
  const line = (bytes: number, total: number, rate: number) =>
    pendingLine('data', { progress: { file: 'products.jsonl', bytes, total, rate }, attempt: 1 }, '·', plain);
  expect(line(412e6, 2e9, 180e6)).toBe('  · data       products.jsonl  412 MB of 2.0 GB · 180 MB/s · 9 s left');
  expect(line(999, 100_600_000, 41_000)).toBe(
    '  · data       products.jsonl  999 B of 101 MB · 41 kB/s · 40m 54s left',
  );
  expect(line(0, 1000, 0)).toBe('  · data       products.jsonl  0 B of 1.0 kB · 0 B/s');
});

it('tells of it every now and then where no line can be redrawn', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const stdout = new PassThrough();
  const output = new Output({ stdout, stderr: stdout, env: {}, json: false, quiet: false, debug: false });
  const story = new Story(output);
  for (let second = 0; second < 40; second += 1) {
    const progress = { file: 'train.jsonl', bytes: second * 1e6, total: 40e6, rate: 1e6 };
    story.tell({
      record: { ...started, stage: 'data', timings: [] },
      pending: { progress, attempt: 1 },
      closed: false,
    });
    vi.advanceTimersByTime(1000);
  }
  expect(String(stdout.read())).toBe(
    '  · data       train.jsonl  15 MB of 40 MB · 1.0 MB/s · 25 s left\n' +
      '  · data       train.jsonl  30 MB of 40 MB · 1.0 MB/s · 10 s left\n',
  );
});

it('tells once on a narrow terminal what is waited for and what to do, which the line that is redrawn has no room for', () => {
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 60 });
  const output = new Output({ stdout, stderr: stdout, env: {}, json: false, quiet: false, debug: false });
  const story = new Story(output);
  const waiting = {
    for: 'approval',
    of: 'ana, ben',
    message: 'a person decides; decide with: temper approve RUN',
  } as const;
  for (let look = 0; look < 3; look += 1) {
    story.tell({
      record: { ...started, stage: 'approve', timings: [] },
      pending: { waiting, attempt: 1 },
      closed: false,
    });
  }
  story.end();
  const lines = stripVTControlCharacters(String(stdout.read())).split(/[\r\n]+/);
  expect(lines.filter((line) => line.includes('decide with: temper approve RUN'))).toHaveLength(1);
  expect(lines.filter((line) => line.includes('waiting for approval by ana, ben'))).not.toHaveLength(1);
});

it('lists runs in columns', () => {
  const runs = [
    {
      run: 'temper/a/aaaaaa',
      name: 'a',
      id: 'aaaaaa',
      engine: 'bedrock',
      stage: 'train',
      startedAt: '2026-01-02T03:04:05.000Z',
    },
    {
      run: RUN,
      name: 'product-reviews',
      id: '7f3a9c',
      engine: 'sagemaker',
      stage: 'gate',
      outcome: 'rejected',
      score: 0.6512,
      schedule: 'product-reviews',
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:02:05.000Z',
    },
  ];
  expect(renderRuns(runs, new Date('2026-01-02T03:04:15Z'), wide)).toMatchInlineSnapshot(`
    "NAME             ID      STAGE  OUTCOME   SCORE  STARTED               TOOK    ENGINE     BY
    a                aaaaaa  train  running          2026-01-02 03:04 UTC  10.0 s  bedrock
    product-reviews  7f3a9c  gate   rejected  0.65   2026-01-01 00:00 UTC  2m 05s  sagemaker  schedule"
  `);
});
