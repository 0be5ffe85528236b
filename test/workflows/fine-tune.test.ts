import { Context } from '@temporalio/activity';
import { ApplicationFailure, WorkflowFailedError } from '@temporalio/client';
import { describe, expect, it } from 'vitest';
import type { Stage } from '../../spec/record.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { held } from '../support/held.ts';
import {
  type ActivityName,
  type AllActivities,
  dataSet,
  fakeActivities,
  scoresWith,
  underWay,
} from './fake-activities.ts';
import { runToEnd, SPEC, withRun } from './harness.ts';

const broken = () =>
  Promise.reject(ApplicationFailure.nonRetryable('AWS said no', 'InvalidRequest', { log: ['last line'] }));

function without(text: string, ...lines: RegExp[]): string {
  return text
    .split('\n')
    .filter((line) => !lines.some((pattern) => pattern.test(line)))
    .join('\n');
}

describe('a run that succeeds', () => {
  it('takes the data to an endpoint and leaves its record', async () => {
    const fakes = fakeActivities();
    const { record, status, searchAttributes: found } = await runToEnd(fakes);
    expect(status).toBe('COMPLETED');
    expect(record).toMatchObject({
      outcome: 'passed',
      stage: 'deploy',
      model: { artifact: 's3://bucket/candidate/model.tar.gz' },
      base: { run: 'temper/movie-reviews/aaaa' },
      deployment: { endpoint: 'reviews' },
    });
    expect(record.gate?.map(({ passed }) => passed)).toEqual([true, true]);
    expect(record.timings.map(({ stage }) => stage)).toEqual(['data', 'train', 'evaluate', 'gate', 'deploy']);
    expect(record.timings.every(({ seconds }) => seconds !== undefined)).toBe(true);
    expect([found.get(searchAttributes.stage), found.get(searchAttributes.outcome)]).toEqual(['deploy', 'passed']);
    expect(found.get(searchAttributes.score)).toBe(0.8);
  });

  it('hands over the candidate, and removes what the evaluation of the base needed where that is left', async () => {
    const { activities } = fakeActivities();
    const removed: string[] = [];
    const fakes = fakeActivities({
      awaitEvaluation: async (input) => ({ ...(await activities.awaitEvaluation(input)), removed: [] }),
      removeContender: async ({ contender }) => {
        removed.push(contender);
      },
    });
    await runToEnd(fakes);
    expect(removed).toEqual(['base']);
    expect(fakes.calls).not.toContain('stopTraining');
    expect(fakes.calls).not.toContain('revertDeployment');
  });

  it('keeps its history below 60 events however often a job is looked at', async () => {
    let looks = 0;
    const working = fakeActivities().activities;
    const fakes = fakeActivities({
      awaitTraining: async (job) => {
        looks += 1;
        if (looks < 30) throw underWay();
        return working.awaitTraining(job);
      },
    });
    const { events, record } = await runToEnd(fakes);
    expect(record.outcome).toBe('passed');
    expect(looks).toBe(30);
    expect(events).toBeLessThan(60);
  });

  it('trains from scratch, and serves nothing where the spec says so', async () => {
    const fakes = fakeActivities();
    const { record } = await runToEnd(
      fakes,
      without(SPEC, /^gate/, /^deploy/).replace(', base: run:movie-reviews', ''),
    );
    expect(record.outcome).toBe('passed');
    expect(record.deployment).toBeUndefined();
    expect(Object.keys(record.evaluations ?? {})).toEqual(['candidate']);
    expect(fakes.calls).toContain('publishModel');
    expect(fakes.calls).not.toContain('resolveBase');
    expect(fakes.calls).not.toContain('submitDeployment');
  });
});

describe('a run whose model the gate rejects', () => {
  it('is a result: nothing is published or deployed, and its evaluation is removed', async () => {
    const fakes = fakeActivities({
      awaitEvaluation: async () => ({
        evaluations: {
          base: { scores: scoresWith(70), predictions: 's3://bucket/b' },
          candidate: { scores: scoresWith(72), predictions: 's3://bucket/c' },
        },
        removed: ['base'],
      }),
    });
    const { record, status } = await runToEnd(fakes);
    expect(status).toBe('COMPLETED');
    expect(record.outcome).toBe('rejected');
    expect(record.gate?.map(({ passed }) => passed)).toEqual([true, false]);
    expect(fakes.calls.filter((name) => /publish|Deployment/.test(name))).toEqual([]);
    expect(fakes.calls.filter((name) => name === 'removeContender')).toHaveLength(1);
  });
});

const STEPS: readonly { activity: ActivityName; stage: Stage; removes: readonly ActivityName[] }[] = [
  { activity: 'prepareInputs', stage: 'data', removes: [] },
  { activity: 'resolveBase', stage: 'data', removes: [] },
  { activity: 'submitTraining', stage: 'train', removes: ['stopTraining'] },
  { activity: 'awaitTraining', stage: 'train', removes: ['stopTraining'] },
  { activity: 'submitEvaluation', stage: 'evaluate', removes: ['removeContender', 'removeContender'] },
  { activity: 'awaitEvaluation', stage: 'evaluate', removes: ['removeContender', 'removeContender'] },
  {
    activity: 'submitDeployment',
    stage: 'deploy',
    removes: ['revertDeployment'],
  },
  { activity: 'awaitDeployment', stage: 'deploy', removes: ['revertDeployment'] },
];
const REMOVING: readonly ActivityName[] = ['stopTraining', 'removeContender', 'revertDeployment'];

describe.each(STEPS)('when $activity does not succeed', ({ activity, stage, removes }) => {
  it('fails with what AWS said, after removing what the run had started', async () => {
    const fakes = fakeActivities({ [activity]: broken } as Partial<AllActivities>);
    const { record, status, error } = await runToEnd(fakes);
    expect(status).toBe('FAILED');
    expect(record).toMatchObject({
      outcome: 'failed',
      failure: { code: 'InvalidRequest', message: 'AWS said no', stage, log: ['last line'] },
    });
    expect(fakes.calls.filter((name) => REMOVING.includes(name))).toEqual(removes);
    const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
    expect(cause).toMatchObject({ type: 'InvalidRequest', details: [record] });
  });

  it('is cancelled, after removing what the run had started', async () => {
    const fakes = fakeActivities({
      [activity]: () => Promise.reject(underWay('10 minutes')),
    } as Partial<AllActivities>);
    await withRun(fakes, async ({ handle, until }) => {
      await until(() => fakes.calls.includes(activity));
      await handle.cancel();
      await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
      expect((await handle.describe()).status.name).toBe('CANCELLED');
      expect(await until(() => true)).toMatchObject({ outcome: 'cancelled', stage });
      expect(fakes.calls.filter((name) => REMOVING.includes(name))).toEqual(removes);
    });
  });
});

/** An activity that goes on until it hears that it should not. */
async function untilCancelled(): Promise<never> {
  const { cancelled, heartbeat } = Context.current();
  const beat = setInterval(heartbeat, 50);
  try {
    return await cancelled;
  } finally {
    clearInterval(beat);
  }
}

describe('the data stage', () => {
  const inS3 = SPEC.replace('source: data.jsonl', 'source: s3://bucket/data.jsonl');

  it('lets a worker of the pipeline prepare data that is in S3, and the machine with the files the code', async () => {
    const source = { uri: 's3://bucket/sourcedir.tar.gz', sha256: 'b'.repeat(64) };
    const fakes = fakeActivities({ prepareInputs: async () => ({ source }) });
    const { record } = await runToEnd(fakes, inS3);
    expect(record).toMatchObject({ outcome: 'passed', data: { splits: { train: { rows: 70 } } }, source });
    expect(fakes.calls.filter((name) => name.startsWith('prepare')).sort()).toEqual(['prepareData', 'prepareInputs']);
  });

  it('gives up when the files are not uploaded in time, and says which', async () => {
    const fakes = fakeActivities({ prepareInputs: untilCancelled });
    const { record, status } = await runToEnd(fakes, SPEC.replace('source:', 'uploadWithin: 1s, source:'));
    expect(status).toBe('FAILED');
    expect(record.failure).toEqual({
      code: 'InputsMissing',
      message: 'the files in /nowhere on laptop were not uploaded within 1s',
      stage: 'data',
    });
    expect(fakes.calls).not.toContain('submitTraining');
  });

  it('cancels an upload that goes on when the base is not there', async () => {
    let reason = '';
    const upload = () =>
      untilCancelled().catch((error: Error) => {
        reason = error.message;
        throw error;
      });
    const fakes = fakeActivities({ prepareInputs: upload, resolveBase: broken });
    const { record } = await runToEnd(fakes);
    expect(record.failure).toMatchObject({ code: 'InvalidRequest', message: 'AWS said no' });
    expect(reason).toBe('CANCELLED');
  });
});

it('a create that is under way when the run is cancelled is waited for, then removed', async () => {
  const { released: created, release: acknowledge } = held();
  const order: string[] = [];
  const fakes = fakeActivities({
    submitTraining: async ({ run }) => {
      await created;
      order.push('created');
      return { run, jobName: 'j', region: 'us-east-1' };
    },
    stopTraining: async () => {
      order.push('stopped');
    },
  });
  await withRun(fakes, async ({ handle, until }) => {
    await until(() => fakes.calls.includes('submitTraining'));
    await handle.cancel();
    await until(() => true);
    acknowledge();
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
  });
  expect(order).toEqual(['created', 'stopped']);
});

it('says what clean-up could not remove, and removes the rest', async () => {
  const { activities } = fakeActivities();
  const fakes = fakeActivities({
    awaitEvaluation: async (input) => ({ ...(await activities.awaitEvaluation(input)), removed: [] }),
    awaitDeployment: broken,
    revertDeployment: broken,
  });
  const { record } = await runToEnd(fakes);
  expect(record.outcome).toBe('failed');
  expect(record.leftBehind).toEqual(['reviews']);
  expect(fakes.calls.filter((name) => name === 'removeContender')).toHaveLength(1);
});

it('a run that is cancelled while its model is handed over has passed', async () => {
  const { released: asked, release: handOver } = held();
  const { activities } = fakeActivities();
  const fakes = fakeActivities({
    awaitDeployment: async (input) => {
      await asked;
      return activities.awaitDeployment(input);
    },
  });
  await withRun(fakes, async ({ handle, until }) => {
    await until(() => fakes.calls.includes('awaitDeployment'));
    await handle.cancel();
    await until(() => true);
    handOver();
    expect(await handle.result()).toMatchObject({ outcome: 'passed', deployment: { endpoint: 'reviews' } });
  });
  expect(fakes.calls).not.toContain('revertDeployment');
});

it('is cancelled, and not failed, when the call under way fails for a reason of its own', async () => {
  const { released: called, release: fail } = held();
  const fakes = fakeActivities({
    submitTraining: async () => {
      await called;
      throw ApplicationFailure.create({ type: 'Throttled', message: 'slower', nextRetryDelay: '1 minute' });
    },
  });
  await withRun(fakes, async ({ handle, until }) => {
    await until(() => fakes.calls.includes('submitTraining'));
    await handle.cancel();
    await until(() => true);
    fail();
    await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
    expect((await handle.describe()).status.name).toBe('CANCELLED');
    const record = await until(() => true);
    expect(record.outcome).toBe('cancelled');
    expect(record.failure).toBeUndefined();
  });
  expect(fakes.calls).toContain('stopTraining');
});

it.each([
  ['a wait that ran out', ApplicationFailure.nonRetryable('job-1 is InProgress', 'InProgress'), 'TimedOut'],
  ['a value that no retry can mend', new RangeError('image sklearn is not known in region mars-1'), 'InvalidSpec'],
])('fails at once for %s, and says so', async (_, error, code) => {
  const fakes = fakeActivities({ awaitTraining: () => Promise.reject(error) });
  const { record } = await runToEnd(fakes);
  expect(record.failure).toMatchObject({ code, stage: 'train' });
  expect(record.failure?.message).toContain(error.message);
  expect(fakes.calls.filter((name) => name === 'awaitTraining')).toHaveLength(1);
});

it('says of each activity, in the Temporal UI, what it is for', async () => {
  const { history } = await runToEnd();
  const scheduled = (history.events ?? []).filter((event) => event.activityTaskScheduledEventAttributes);
  expect(scheduled.length).toBeGreaterThan(7);
  expect(scheduled.filter((event) => !event.userMetadata?.summary?.data?.length)).toEqual([]);
});

describe('a run with a budget', () => {
  // An hour of training, and two transform jobs of an hour at most.
  const prices = { training: { 'ml.m5.large': 0.115 }, transform: { 'ml.m5.large': 0.115 }, hosting: {} };

  it('is refused before anything is done where it could cost more, whatever client started it', async () => {
    const fakes = fakeActivities();
    const { record, status } = await runToEnd(fakes, `${SPEC}budget: 0.34 USD\n`, { prices });
    expect([status, record.failure?.code]).toEqual(['FAILED', 'BudgetExceeded']);
    expect(record.failure?.message).toContain('the run could cost 0.35 USD, more than its budget of 0.34 USD');
    expect(fakes.calls).toEqual([]);
  });

  it('is refused where nobody knows what it could cost', async () => {
    const fakes = fakeActivities();
    const { record } = await runToEnd(fakes, `${SPEC}budget: 100 USD\n`);
    expect(record.failure?.code).toBe('PriceUnknown');
    expect(fakes.calls).toEqual([]);
  });

  it('on Bedrock is held against its data as soon as that has been read, before its job is made', async () => {
    const base = 'amazon.nova-lite-v1:0';
    const spec = `
name: reviews
data: { source: data.jsonl, split: { test: 0.2 } }
train: { engine: bedrock, base: ${base}, hyperparameters: { epochCount: 2 } }
budget: 1 USD
`;
    const tokens = { question: 900_000, answer: 100_000 };
    const splits = { ...dataSet.splits, train: { uri: 's3://bucket/train/', rows: 70, tokens } };
    const fakes = fakeActivities({ prepareInputs: async () => ({ data: { ...dataSet, splits } }) });
    const models = { [base]: { perMillionTokens: { training: 2 } } };
    const { record } = await runToEnd(fakes, spec, { prices: { ...prices, bedrock: { models } } });
    expect(record.failure).toMatchObject({
      code: 'BudgetExceeded',
      message: expect.stringContaining('the run could cost 4.00 USD, more than its budget of 1 USD'),
    });
    expect(fakes.calls).toEqual(['prepareInputs']);
  });

  it('goes on within it', async () => {
    const { record } = await runToEnd(fakeActivities(), `${SPEC}budget: 0.35 USD\n`, { prices });
    expect(record.outcome).toBe('passed');
  });
});

it('refuses, before it does anything, a run that a CLI of another version started', async () => {
  const fakes = fakeActivities();
  const ending = await withRun(fakes, ({ handle }) => handle.result().catch((error: unknown) => error), SPEC, {
    version: 0,
  });
  expect(ending).toMatchObject({
    cause: { type: 'OtherVersion', message: expect.stringContaining('its input is of version 0') },
  });
  expect(fakes.calls).toEqual([]);
});
