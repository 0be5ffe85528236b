import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { type AllActivities, fakeActivities, scoresWith, underWay } from './fake-activities.ts';
import { BEDROCK_SPEC, runToEnd, withRun, workflowBundle } from './harness.ts';

const SPEC = BEDROCK_SPEC.replace('v1:0 }', 'v1:0, keep: 3 }');
const BASE = 'amazon.nova-lite-v1:0';

const NO_QUOTA = ApplicationFailure.create({
  type: 'QuotaExceeded',
  message: 'ServiceQuotaExceededException: 2 concurrent model customization jobs',
  nextRetryDelay: '10 minutes',
});

/** Activities whose account has room for a job from the given attempt on, and the attempts that were made. */
function fullUntil(attempt: number): { fakes: ReturnType<typeof fakeActivities>; attempts: number[] } {
  const attempts: number[] = [];
  const fakes = fakeActivities({
    submitCustomization: async (input) => {
      attempts.push(input.attempt);
      if (input.attempt < attempt) throw NO_QUOTA;
    },
  });
  return { fakes, attempts };
}

describe('a full quota', () => {
  it('is waited for over hours, each attempt under a name of its own, and the run goes on', async () => {
    const { fakes, attempts } = fullUntil(16);
    const { record, events, searchAttributes } = await runToEnd(fakes, SPEC, {}, workflowBundle(true));
    expect(record).toMatchObject({
      outcome: 'passed',
      trainingJob: expect.stringMatching(/^reviews-\w+-train-16$/),
      shortages: [{ instance: BASE, of: 'quota', times: 15, billedSeconds: 0, message: NO_QUOTA.message }],
    });
    expect(attempts).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    const seconds = record.timings.find(({ stage }) => stage === 'train')?.seconds ?? 0;
    expect(seconds / 3600).toBeGreaterThanOrEqual(3);
    expect(seconds / 3600).toBeLessThan(3.1);
    expect(record).not.toHaveProperty('waiting');
    expect(JSON.stringify(searchAttributes)).not.toContain('quota');
    expect(events).toBeLessThan(250);
    expect(fakes.calls).not.toContain('stopCustomization');
  });

  it('is given up after train.maxWait, and told with what was tried', async () => {
    const { fakes } = fullUntil(Number.POSITIVE_INFINITY);
    const { record } = await runToEnd(fakes, SPEC.replace('keep: 3', 'maxWait: 2h'), {}, workflowBundle(true));
    expect(record.failure).toMatchObject({ code: 'QuotaExceeded', stage: 'train' });
    expect(record.failure?.message.split('\n')).toEqual([
      'no customization job could be started within 2h; ask for a higher quota in Service Quotas, or raise train.maxWait:',
      `${BASE}: no quota, tried 12 times; ${NO_QUOTA.message}`,
    ]);
  });

  it('is what the run says it waits for, in its record, its list and the Temporal UI', async () => {
    const { fakes } = fullUntil(Number.POSITIVE_INFINITY);
    await withRun(
      fakes,
      async ({ handle, until }) => {
        const { waiting } = await until((record) => record.waiting !== undefined);
        expect(waiting).toMatchObject({ for: 'quota', of: BASE, tries: 1, message: NO_QUOTA.message });
        const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
        expect(currentDetails).toMatch(/^\*\*Waiting for quota of amazon\.nova-lite-v1:0 since /m);
        await handle.cancel();
        await expect(handle.result()).rejects.toThrow();
        expect(await until(() => true)).toMatchObject({ outcome: 'cancelled', stage: 'train' });
      },
      SPEC,
    );
  });
});

const jobFails = (): Promise<never> =>
  Promise.reject(ApplicationFailure.nonRetryable('customization job failed', 'JobFailed'));
const endings: readonly [what: string, overrides: Partial<AllActivities>, outcome: string, keeps: boolean][] = [
  ['passes', {}, 'passed', true],
  [
    'is rejected',
    {
      answerTestSplit: async ({ modelId }) => ({
        scores: scoresWith(60),
        predictions: 's3://bucket/predictions',
        answering: { modelId, inputTokens: 1, outputTokens: 1, cut: 0 },
      }),
    },
    'rejected',
    true,
  ],
  ['fails in its training', { awaitCustomization: jobFails }, 'failed', false],
  ['fails in its evaluation', { answerTestSplit: jobFails }, 'failed', false],
  ['fails in its deployment', { awaitRelease: jobFails }, 'failed', false],
];

it.each(endings)('the custom model of a run that %s', async (_, overrides, outcome, keeps) => {
  const settled: unknown[] = [];
  const { awaitRelease } = fakeActivities().activities;
  const fakes = fakeActivities({
    awaitRelease: async (release) => {
      settled.push({ ended: 'passed', keep: release.keep });
      return awaitRelease(release);
    },
    ...overrides,
    settleModel: async ({ outcome: ended, keep }) => {
      settled.push({ ended, keep });
      return { deleted: [] };
    },
  });
  const { record } = await runToEnd(fakes, SPEC);
  expect(record.outcome).toBe(outcome);
  expect(fakes.calls.includes('stopCustomization')).toBe(!keeps);
  expect(settled).toEqual(keeps ? [{ ended: outcome, keep: 3 }] : []);
});

it('a run that is cancelled while it waits for its job stops the job', async () => {
  const fakes = fakeActivities({ awaitCustomization: () => Promise.reject(underWay('10 minutes')) });
  await withRun(
    fakes,
    async ({ handle, until }) => {
      await until(({ trainingJob }) => trainingJob !== undefined);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      expect(await until(() => true)).toMatchObject({ outcome: 'cancelled', stage: 'train' });
      expect(fakes.calls).toContain('stopCustomization');
    },
    SPEC,
  );
});

it('tells which older models went after the hand-over, and passes where they could not', async () => {
  const { awaitRelease } = fakeActivities().activities;
  const gone = fakeActivities({
    awaitRelease: async (release) => ({ ...(await awaitRelease(release)), retention: { deleted: ['reviews-old111'] } }),
  });
  expect((await runToEnd(gone, SPEC)).record).toMatchObject({
    outcome: 'passed',
    retention: { deleted: ['reviews-old111'] },
  });
  expect(gone.calls).not.toContain('settleModel');
  const notWithIt: Partial<AllActivities> = {
    awaitRelease: async (release) => ({ deployment: (await awaitRelease(release)).deployment }),
  };
  const later = fakeActivities({ ...notWithIt, settleModel: async () => ({ deleted: ['reviews-old222'] }) });
  expect((await runToEnd(later, SPEC)).record.retention).toEqual({ deleted: ['reviews-old222'] });
  const denied = fakeActivities({
    ...notWithIt,
    settleModel: () => Promise.reject(ApplicationFailure.nonRetryable('may not tag', 'AccessDenied')),
  });
  expect((await runToEnd(denied, SPEC)).record).toMatchObject({
    outcome: 'passed',
    retention: { deleted: [], problem: 'may not tag' },
  });
});
