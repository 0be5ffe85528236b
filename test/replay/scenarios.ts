import { ApplicationFailure } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { fakeActivities, scoresWith, underWay } from '../workflows/fake-activities.ts';
import { runToEnd, SPEC, withRun } from '../workflows/harness.ts';

const failing = () =>
  Promise.reject(
    ApplicationFailure.nonRetryable('training job failed: AlgorithmError', 'JobFailed', { log: ['boom'] }),
  );

/** One recorded history each: what a change of the workflows must still be able to replay. */
export const SCENARIOS: Readonly<Record<string, () => Promise<History>>> = {
  passed: async () => (await runToEnd()).history,
  'passed-from-scratch': async () => {
    const spec = SPEC.replace(/^gate.*\n/m, '').replace(/^deploy.*\n/m, '');
    return (await runToEnd(fakeActivities(), spec.replace(', base: run:movie-reviews', ''))).history;
  },
  rejected: async () => {
    const scores = { scores: scoresWith(60), predictions: 's3://bucket/predictions' };
    const evaluated = { evaluations: { base: scores, candidate: scores }, removed: ['base' as const] };
    return (await runToEnd(fakeActivities({ awaitEvaluation: async () => evaluated }))).history;
  },
  'failed-training': async () => (await runToEnd(fakeActivities({ awaitTraining: failing }))).history,
  'another-machine': async () => {
    const working = fakeActivities().activities;
    const fakes = fakeActivities({
      submitTraining: async (input) => {
        if (input.attempt !== 2) return working.submitTraining(input);
        throw ApplicationFailure.nonRetryable('no quota', 'QuotaExceeded');
      },
      awaitTraining: async (job) => {
        if (job.jobName.endsWith('-train-3')) return working.awaitTraining(job);
        throw ApplicationFailure.nonRetryable('no capacity', 'CapacityUnavailable');
      },
    });
    const instances = 'instance: [ml.a.large, ml.b.large, ml.c.large]';
    return (await runToEnd(fakes, SPEC.replace('script: train.py', `script: train.py, ${instances}`))).history;
  },
  'waiting-for-a-machine': async () => {
    const fakes = fakeActivities({
      submitTraining: () => Promise.reject(ApplicationFailure.nonRetryable('no quota', 'QuotaExceeded')),
    });
    const spec = SPEC.replace('script: train.py', 'script: train.py, maxWait: 1s');
    return (await runToEnd(fakes, spec)).history;
  },
  'failed-deployment': async () => (await runToEnd(fakeActivities({ awaitDeployment: failing }))).history,
  'cancelled-training': async () => {
    const fakes = fakeActivities({ awaitTraining: () => Promise.reject(underWay('10 minutes')) });
    return withRun(fakes, async ({ handle, until }) => {
      await until(() => fakes.calls.includes('awaitTraining'));
      await handle.cancel();
      await handle.result().catch(() => {});
      return handle.fetchHistory();
    });
  },
};
