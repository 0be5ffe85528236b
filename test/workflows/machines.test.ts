import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import type { EvaluationInput } from '../../activities/evaluation/evaluation.ts';
import type { TrainingInput } from '../../activities/sagemaker/training-request.ts';
import { transformJobName } from '../../spec/naming.ts';
import { type AllActivities, fakeActivities } from './fake-activities.ts';
import { runToEnd, SPEC, withRun, workflowBundle } from './harness.ts';

const NO_CAPACITY = ApplicationFailure.nonRetryable('CapacityError: none left', 'CapacityUnavailable', {
  log: [],
  billedSeconds: 3,
});
/** Retryable, as everywhere else: to try another type instead is the workflow's choice. */
const NO_QUOTA = ApplicationFailure.create({
  type: 'QuotaExceeded',
  message: 'ResourceLimitExceeded: 0 instances',
  nextRetryDelay: '10 minutes',
});

const specWith = (instances: string, maxWait = '1d'): string =>
  SPEC.replace('script: train.py', `script: train.py, instance: [${instances}], maxWait: ${maxWait}`);

/** SageMaker with machines of some types only; keeps what was asked for, in order. */
function machines(behaviour: Readonly<Record<string, 'capacity' | 'quota'>>, more: Partial<AllActivities> = {}) {
  const asked: string[] = [];
  const working = fakeActivities().activities;
  const instanceOf = new Map<string, string>();
  const fakes = fakeActivities({
    submitTraining: async ({ run, attempt, instance, account }: TrainingInput) => {
      asked.push(instance);
      if (behaviour[instance] === 'quota') throw NO_QUOTA;
      const jobName = `reviews-train-${attempt}`;
      instanceOf.set(jobName, instance);
      return { run, jobName, region: account.region };
    },
    awaitTraining: async (job) => {
      const attempt = /-train(?:-(\d+))?$/.exec(job.jobName)?.[1] ?? '1';
      const instance = instanceOf.get(`reviews-train-${attempt}`) ?? '';
      if (behaviour[instance] === 'capacity') throw NO_CAPACITY;
      return { ...(await working.awaitTraining(job)), instance };
    },
    ...more,
  });
  return { fakes, asked };
}

it('goes on to the next instance type where one has no capacity or no quota, each under a name of its own', async () => {
  const { fakes, asked } = machines({ 'ml.a.large': 'capacity', 'ml.b.large': 'quota' });
  const { record } = await runToEnd(fakes, specWith('ml.a.large, ml.b.large, ml.c.large'));
  expect(asked).toEqual(['ml.a.large', 'ml.b.large', 'ml.c.large']);
  expect(record).toMatchObject({
    outcome: 'passed',
    trainingJob: expect.stringMatching(/-train-3$/),
    model: { instance: 'ml.c.large', jobName: record.trainingJob },
    shortages: [
      { instance: 'ml.a.large', of: 'capacity', times: 1, job: expect.stringMatching(/-train$/), billedSeconds: 3 },
      { instance: 'ml.b.large', of: 'quota', times: 1, job: expect.stringMatching(/-train-2$/), billedSeconds: 0 },
    ],
  });
  expect(record.waiting).toBeUndefined();
  expect(fakes.calls).not.toContain('stopTraining');
});

it('waits after the last type, tries all of them again, and gives up when its time is over', async () => {
  const { fakes, asked } = machines({ 'ml.a.large': 'quota', 'ml.b.large': 'capacity' });
  const { record, status } = await runToEnd(fakes, specWith('ml.a.large, ml.b.large', '1s'));
  expect(status).toBe('FAILED');
  expect(asked).toEqual(['ml.a.large', 'ml.b.large', 'ml.a.large', 'ml.b.large']);
  expect(record.failure).toMatchObject({ code: 'CapacityUnavailable', stage: 'train' });
  expect(record.failure?.message.split('\n')).toEqual([
    expect.stringMatching(/^no machine could be had within 1s; .*raise train\.maxWait:$/),
    'ml.a.large: no quota, tried 2 times; ResourceLimitExceeded: 0 instances',
    'ml.b.large: no capacity, tried 2 times; CapacityError: none left',
  ]);
  expect(record.shortages?.map(({ billedSeconds }) => billedSeconds)).toEqual([0, 6]);
});

it('a quota alone is told as such', async () => {
  const { fakes } = machines({ 'ml.a.large': 'quota' });
  const { record } = await runToEnd(fakes, specWith('ml.a.large', '1s'));
  expect(record.failure).toMatchObject({ code: 'QuotaExceeded', message: expect.stringContaining('Service Quotas') });
});

it('says what it waits for while it waits, and stops waiting when it is cancelled', async () => {
  const { fakes } = machines({ 'ml.a.large': 'quota' });
  await withRun(
    fakes,
    async ({ handle, until }) => {
      const { waiting, trainingJob } = await until((record) => record.waiting !== undefined);
      expect(waiting).toMatchObject({ for: 'quota', of: 'ml.a.large', tries: 1, message: NO_QUOTA.message });
      const pause = Date.parse(waiting?.nextTryAt ?? '') - Date.parse(waiting?.since ?? '');
      expect(pause).toBeGreaterThanOrEqual(60_000);
      expect(pause).toBeLessThan(65_000);
      expect(trainingJob).toBeUndefined();
      const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
      expect(currentDetails).toMatch(
        /^\*\*Waiting for quota of ml\.a\.large since \S+ \d\d:\d\d UTC, tried once, next try at \S+ \d\d:\d\d UTC\.\*\*$/m,
      );
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      expect(await until(() => true)).toMatchObject({ outcome: 'cancelled', stage: 'train' });
      expect(await until(() => true)).not.toHaveProperty('waiting');
    },
    specWith('ml.a.large'),
  );
});

it('fails at once where a job fails of anything else', async () => {
  const { fakes, asked } = machines(
    {},
    { awaitTraining: () => Promise.reject(ApplicationFailure.nonRetryable('AlgorithmError', 'JobFailed')) },
  );
  const { record } = await runToEnd(fakes, specWith('ml.a.large, ml.b.large'));
  expect(record.failure?.code).toBe('JobFailed');
  expect(asked).toEqual(['ml.a.large']);
});

it('does not go on to another type where what was billed already leaves too little of the budget', async () => {
  const { fakes, asked } = machines({ 'ml.a.large': 'capacity' });
  const prices = { training: { 'ml.a.large': 1.2, 'ml.b.large': 1.2 }, transform: { 'ml.m5.large': 0 }, hosting: {} };
  const { record } = await runToEnd(fakes, `${specWith('ml.a.large, ml.b.large')}budget: 1.20 USD\n`, { prices });
  expect(asked).toEqual(['ml.a.large']);
  expect(record.failure).toMatchObject({ code: 'BudgetExceeded', stage: 'train' });
});

/** Activities of a run whose candidate's transform job has a machine from the given try on, and the tries of both contenders. */
function evaluatedFrom(try_: number) {
  const asked: string[] = [];
  const { awaitEvaluation } = fakeActivities().activities;
  const fakes = fakeActivities({
    awaitEvaluation: async (input: EvaluationInput) => {
      const { base = 1, candidate = 1 } = input.tries ?? {};
      asked.push(`${base} ${candidate}`);
      if (candidate >= try_) return awaitEvaluation(input);
      const job = transformJobName(input.run, 'candidate', candidate);
      throw ApplicationFailure.nonRetryable(`transform job ${job} failed: CapacityError`, 'CapacityUnavailable', {
        job,
      });
    },
  });
  return { fakes, asked };
}

it('machines of the evaluation are waited for over hours, and a contender that had one is not asked again', async () => {
  const { fakes, asked } = evaluatedFrom(12);
  const { record, searchAttributes, events } = await runToEnd(fakes, SPEC, {}, workflowBundle(true));
  expect(record).toMatchObject({
    outcome: 'passed',
    shortages: [
      { stage: 'evaluate', instance: 'ml.m5.large', of: 'capacity', times: 11, job: expect.stringMatching(/-11$/) },
    ],
    evaluationTries: { candidate: 12 },
  });
  expect(record.evaluationTries).not.toHaveProperty('base');
  expect(asked).toEqual(Array.from({ length: 12 }, (_, index) => `1 ${index + 1}`));
  expect(record.timings.find(({ stage }) => stage === 'evaluate')?.seconds).toBeGreaterThan(2 * 3600);
  expect(record).not.toHaveProperty('waiting');
  expect(JSON.stringify(searchAttributes)).not.toContain('capacity');
  expect(events).toBeLessThan(300);
});

it('and given up after train.maxWait, with what was tried', async () => {
  const { fakes } = evaluatedFrom(Number.POSITIVE_INFINITY);
  const spec = SPEC.replace('script: train.py', 'script: train.py, maxWait: 1h');
  const { record } = await runToEnd(fakes, spec, {}, workflowBundle(true));
  expect(record.failure).toMatchObject({ code: 'CapacityUnavailable', stage: 'evaluate' });
  expect(record.failure?.message).toMatch(
    /^no machine could be had for the evaluation within 1h; start the run again later, or name another evaluate\.instance or raise train\.maxWait:\nml\.m5\.large: no capacity, tried \d+ times; transform job \S+-eval-candidate-\d+ failed: CapacityError$/,
  );
  // Their jobs go by the names of the last try.
  expect(fakes.calls.slice(-2)).toEqual(['removeContender', 'removeContender']);
});

const NO_FLEET = ApplicationFailure.nonRetryable('endpoint reviews is Failed: none left', 'CapacityUnavailable');

it('machines of the endpoint are waited for, with what served before in place, and nothing of the try left', async () => {
  const { awaitDeployment } = fakeActivities().activities;
  let tries = 0;
  const fakes = fakeActivities({
    awaitDeployment: async (input) => {
      tries += 1;
      if (tries < 3) throw NO_FLEET;
      return awaitDeployment(input);
    },
  });
  const { record } = await runToEnd(fakes, SPEC, {}, workflowBundle(true));
  expect(record).toMatchObject({
    outcome: 'passed',
    shortages: [{ stage: 'deploy', instance: 'ml.m5.large', of: 'capacity', times: 2, job: 'reviews' }],
    deployment: { endpoint: 'reviews' },
  });
  const once = ['submitDeployment', 'awaitDeployment'];
  expect(fakes.calls.slice(-8)).toEqual([...once, 'revertDeployment', ...once, 'revertDeployment', ...once]);
});

it('a run that waits for the machines of its endpoint says so, and leaves nothing when it is cancelled', async () => {
  const fakes = fakeActivities({ awaitDeployment: () => Promise.reject(NO_FLEET) });
  await withRun(fakes, async ({ handle, until }) => {
    const { waiting, stage } = await until((record) => record.waiting !== undefined);
    expect(stage).toBe('deploy');
    expect(waiting).toMatchObject({ for: 'capacity', of: 'ml.m5.large', tries: 1, message: NO_FLEET.message });
    await handle.cancel();
    await expect(handle.result()).rejects.toThrow();
    expect(await until(() => true)).toMatchObject({ outcome: 'cancelled', stage: 'deploy' });
    expect(fakes.calls.filter((call) => call === 'revertDeployment')).toHaveLength(1);
  });
});
