/** Who is told of what, and that nothing waits for it or fails by it. */
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../spec/notices/notice.ts';
import { decideUpdate } from '../../workflows/messages.ts';
import { describeRun } from '../../workflows/page/page.ts';
import { timeSkippingTemporal } from '../support/time-skipping.ts';
import { type AllActivities, fakeActivities, underWay } from './fake-activities.ts';
import { RETRAIN_SPEC, runToEnd, SPEC, withFiring, withRun, workflowBundle } from './harness.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:models';
const ALL = 'approval, shortage, passed, rejected, declined, failed, cancelled, budget';
const telling = (on = ALL): string => `notify: { topic: "${TOPIC}", on: [${on}] }\n`;

/** A run's activities, and what people were told. */
function listening(overrides: Partial<AllActivities> = {}) {
  const told: Notice[] = [];
  const fakes = fakeActivities({
    notify: async ({ topic, notice }) => {
      expect(topic).toBe(TOPIC);
      told.push(notice);
    },
    ...overrides,
  });
  return { fakes, told, titles: () => told.map(({ title }) => title) };
}

const DOWN: Partial<AllActivities> = {
  notify: () =>
    Promise.reject(ApplicationFailure.nonRetryable(`could not publish to ${TOPIC}: no such topic`, 'NotFound')),
};
const FAILING: Partial<AllActivities> = {
  awaitTraining: () => Promise.reject(ApplicationFailure.nonRetryable('AlgorithmError: boom', 'JobFailed')),
};

describe('of the end of a run', () => {
  it('people are told once it is over, and what has to be cleaned up is', async () => {
    const { fakes, titles } = listening(FAILING);
    const { record, status } = await runToEnd(fakes, SPEC + telling());
    expect([status, record.untold]).toEqual(['FAILED', undefined]);
    expect(titles()).toEqual(['reviews failed in train: JobFailed']);
    expect(fakes.calls.at(-1)).toBe('notify');
  });

  it('nobody is told of what was not asked for, which costs a run nothing', async () => {
    const { fakes, told } = listening();
    const { record } = await runToEnd(fakes, SPEC + telling('failed'));
    expect([record.outcome, told]).toEqual(['passed', []]);
    expect(fakes.calls).not.toContain('notify');
  });

  it('a run that is cancelled tells so', async () => {
    const { fakes, titles } = listening({ awaitTraining: () => Promise.reject(underWay('10 minutes')) });
    await withRun(
      fakes,
      async ({ handle, until }) => {
        await until(({ stage, trainingJob }) => stage === 'train' && trainingJob !== undefined);
        await handle.cancel();
        await expect(handle.result()).rejects.toThrow();
        expect(titles()).toEqual(['reviews was cancelled in train']);
        expect((await handle.describe()).status.name).toBe('CANCELLED');
      },
      SPEC + telling(),
    );
  });

  it('a topic that is not there changes nothing of it but a remark', async () => {
    const { record, status } = await runToEnd(fakeActivities(DOWN), SPEC + telling());
    expect([status, record.outcome]).toEqual(['COMPLETED', 'passed']);
    const message = `could not publish to ${TOPIC}: no such topic`;
    expect(record.untold).toEqual([{ at: expect.stringMatching(/Z$/), event: 'passed', message }]);
    expect(describeRun(record)).toContain(`nobody could be told (passed) at`);
  });
});

describe('of an approval', () => {
  const asking = (approve: string) => `${SPEC}approve: ${approve}\n${telling('approval')}`;

  it('people are told when it begins, by each reminder, and when the deadline has decided', async () => {
    const { fakes, told, titles } = listening();
    await withRun(
      fakes,
      async ({ handle }) => {
        const { outcome, approval } = await handle.result();
        expect(outcome).toBe('passed');
        expect(titles()).toEqual([
          'reviews waits for approval',
          ...[1, 2, 3].map((sent) => `reviews waits for approval, reminder ${sent} of 3`),
          'reviews was approved by its deadline',
        ]);
        expect(new Set(told.map(({ id }) => id)).size).toBe(5);
        expect(told[0]?.next[0]).toMatch(
          new RegExp(`^temper approve temper/reviews/\\w+ --evidence ${approval?.evidence}$`),
        );
      },
      asking('{ within: 2d, remind: 12h, otherwise: approve }'),
      {},
      workflowBundle(),
      timeSkippingTemporal,
    );
  });

  it('a topic that does not answer holds up neither reminders nor the decision', async () => {
    let tries = 0;
    const { fakes } = listening({
      notify: async () => {
        tries += 1;
        throw ApplicationFailure.retryable('could not publish: timed out', 'Unavailable');
      },
    });
    await withRun(
      fakes,
      async ({ handle }, environment) => {
        await environment.sleep('13 hours');
        const { approval, untold } = await handle.query<Awaited<ReturnType<typeof handle.result>>>('record');
        expect(approval?.reminders).toEqual({ sent: 1, of: 3 });
        // The first was tried until the reminder took its place.
        const timedOut = ['approval', 'could not publish: timed out'];
        expect(untold?.map(({ event, message }) => [event, message])).toEqual([timedOut]);
        expect(tries).toBeGreaterThan(50);
        const evidence = approval?.evidence ?? '';
        await handle.executeUpdate(decideUpdate, { args: [{ verdict: 'approve', by: 'ana', evidence }] });
        const ended = await handle.result();
        expect(ended.outcome).toBe('passed');
        expect(ended.untold?.at(-1)?.message).toBe('AWS had not taken it 1 minute after the end');
      },
      asking('{ within: 2d, remind: 12h }'),
      {},
      workflowBundle(),
      timeSkippingTemporal,
    );
  });
});

it('of a shortage people are told once, when it has lasted for an hour', async () => {
  const { awaitTraining } = fakeActivities().activities;
  const { fakes, told } = listening({
    awaitTraining: async (job) => {
      if (job.jobName.endsWith('-train-12')) return awaitTraining(job);
      throw ApplicationFailure.nonRetryable('CapacityError: none left', 'CapacityUnavailable');
    },
  });
  const { record } = await runToEnd(fakes, SPEC + telling('shortage'), {}, workflowBundle(true));
  expect(record.outcome).toBe('passed');
  expect(told.map(({ title }) => title)).toEqual(['reviews cannot go on in train: no capacity']);
  expect(told[0]?.lines[0]).toMatch(/^waiting for capacity of ml\.m5\.large since .*, tried 8 times, next try at /);
});

describe('of a schedule', () => {
  const scheduled = (retrain: string): string => RETRAIN_SPEC.replace('every: 1w', retrain) + telling();
  const fired = async (overrides: Partial<AllActivities>, spec = scheduled('every: 1w')) => {
    const { fakes, told } = listening(overrides);
    const ended = await withFiring(fakes, async ({ handle }) => (await Promise.allSettled([handle.result()]))[0], spec);
    return { told, status: ended.status };
  };

  it('people are told once that it is paused, and why', async () => {
    const { told, status } = await fired(FAILING);
    expect(status).toBe('rejected');
    expect(told.map(({ event, title }) => [event, title])).toEqual([
      ['failed', 'the schedule of reviews is paused: JobFailed'],
    ]);
    expect(told[0]?.lines[0]).toMatch(/^temper\/reviews\/\w+ failed in train \(JobFailed\): AlgorithmError: boom/);
    expect(told[0]?.page).toEqual({ of: 'schedules', id: 'temper/reviews' });
  });

  it('the same where it cannot decide', async () => {
    const lookUpFiring = () => Promise.reject(ApplicationFailure.nonRetryable('no such bucket', 'NotFound'));
    expect((await fired({ lookUpFiring })).told[0]?.lines[0]).toMatch(
      /^whether to retrain reviews could not be decided/,
    );
  });

  it('of a run that passed they are told by the run alone', async () => {
    expect((await fired({})).told.map(({ title }) => title)).toEqual(['reviews passed']);
  });

  it('a budget that is spent is told once a month, and only where there was reason to train', async () => {
    const spent = (outOfBudget: boolean): Partial<AllActivities> => ({
      lookUpFiring: async ({ at }) => ({
        spent: { month: at.slice(0, 7), usd: 29, runs: 1 },
        paused: false,
        open: [],
        outOfBudget,
      }),
    });
    const spec = scheduled('every: 1w, budget: 30 USD');
    const { told, status } = await fired(spent(false), spec);
    expect([status, told.map(({ event }) => event)]).toEqual(['fulfilled', ['budget']]);
    expect((await fired(spent(true), spec)).told).toEqual([]);
  });
});
