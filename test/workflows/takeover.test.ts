import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import type { Approval } from '../../spec/approval.ts';
import { evidenceOf } from '../../spec/evidence.ts';
import { evaluateGate } from '../../spec/gate.ts';
import type { CustomizedModel, RunRecord, TrainedArtifact } from '../../spec/record.ts';
import type { Takeover } from '../../spec/takeover.ts';
import { dataSet, fakeActivities, scoresWith } from './fake-activities.ts';
import { BEDROCK_SPEC, runToEnd, SPEC, withRun } from './harness.ts';

const run = 'temper/reviews/7f3a9c';
const job = { jobName: 'reviews-7f3a9c-train', jobArn: 'arn', metrics: {}, trainingSeconds: 12 };
const artifact: TrainedArtifact = {
  engine: 'sagemaker',
  artifact: 's3://bucket/candidate/model.tar.gz',
  instance: 'ml.m5.large',
  billedSeconds: 12,
  ...job,
};
const customized: CustomizedModel = {
  engine: 'bedrock',
  customModel: 'arn:aws:bedrock:us-east-1:000000000000:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl',
  modelName: 'reviews-7f3a9c',
  base: 'amazon.nova-lite-v1:0',
  output: 's3://bucket/output/',
  ...job,
};
const evaluations = { candidate: { scores: scoresWith(80), predictions: 's3://bucket/predictions' } };
const left: Takeover = {
  run,
  data: dataSet,
  source: { uri: 's3://bucket/sourcedir.tar.gz', sha256: 'b'.repeat(64) },
  model: artifact,
  evaluations,
};
const MANUAL = `${SPEC.replace(/^gate.*$/m, 'gate: [accuracy >= 0.70]')}approve: manual\n`;

function approvedOn(evidence: string): Approval {
  const at = '2026-11-25T12:00:00.000Z';
  const decision = { verdict: 'approve', by: 'ana', at, evidence, how: 'cli' } as const;
  const reminders = { sent: 0, of: 0 };
  return { reason: 'asked', evidence, since: at, until: at, otherwise: 'decline', reminders, decision };
}

it('what was approved on the same evidence is deployed without asking again, and trained and evaluated is nothing', async () => {
  const gate = evaluateGate(['accuracy >= 0.70'], { candidate: scoresWith(80) }).rules;
  const approval = approvedOn(
    evidenceOf({ data: dataSet, model: artifact, evaluations, gate } as unknown as RunRecord),
  );
  const fakes = fakeActivities();
  const { record } = await runToEnd(fakes, MANUAL, { takeover: { ...left, approval } });
  expect(record).toMatchObject({ outcome: 'passed', approval, gate, takenFrom: { run, stage: 'deploy' } });
  expect(fakes.calls).toEqual(['checkTakeover', 'submitDeployment', 'awaitDeployment']);
});

it('what was approved on other evidence is asked again', async () => {
  const takeover = { ...left, approval: approvedOn('of another run') };
  await withRun(
    fakeActivities(),
    async ({ handle, until }) => {
      expect((await until(({ waiting }) => waiting?.for === 'approval')).approval?.decision).toBeUndefined();
      await handle.cancel();
      await handle.result().catch(() => {});
    },
    MANUAL,
    { takeover },
  );
});

it('a gate that the scores do not hold rejects them again', async () => {
  const low = { candidate: { ...evaluations.candidate, scores: scoresWith(60) } };
  const spec = SPEC.replace(/^gate.*$/m, 'gate: [accuracy >= 0.70]');
  const { record } = await runToEnd(fakeActivities(), spec, { takeover: { ...left, evaluations: low } });
  expect(record.outcome).toBe('rejected');
});

it('a custom model that another run made is adopted, and stays when the deployment is put back', async () => {
  const adopted: unknown[] = [];
  const fakes = fakeActivities({
    submitRelease: async (release) => {
      adopted.push(release.adopted);
      return { created: false };
    },
    awaitRelease: () => Promise.reject(ApplicationFailure.nonRetryable('no answer', 'SmokeTestFailed')),
  });
  const { record } = await runToEnd(fakes, BEDROCK_SPEC, {
    takeover: { run, data: dataSet, model: customized, evaluations },
  });
  expect(record.outcome).toBe('failed');
  expect(adopted).toEqual([true]);
  expect(fakes.calls).toEqual(['checkTakeover', 'submitRelease', 'awaitRelease', 'revertRelease']);
});

it('holds its budget against what it does itself: a throughput that bills anew, and no training', async () => {
  const perModelUnitHour = { none: 100 };
  const bedrock = { models: { 'amazon.nova-lite-v1:0': { perModelUnitHour } } };
  const prices = { training: {}, transform: {}, hosting: {}, bedrock };
  const deploy = 'deploy: { to: bedrock-provisioned, modelUnits: 1, ttl: 8h }';
  const given = { takeover: { run, data: dataSet, model: customized, evaluations }, prices };
  const ending = async (budget: string) =>
    runToEnd(fakeActivities(), `${BEDROCK_SPEC.replace(/^deploy.*$/m, deploy)}budget: ${budget} USD\n`, given);
  expect((await ending('799')).record.failure).toMatchObject({ code: 'BudgetExceeded', stage: 'data' });
  expect((await ending('800')).record.outcome).toBe('passed');
});

it('ends before anything is started where what it takes over is gone', async () => {
  const gone = ApplicationFailure.nonRetryable(`what ${run} left is gone: s3://bucket/m`, 'TakeoverGone');
  const fakes = fakeActivities({ checkTakeover: () => Promise.reject(gone) });
  const { record } = await runToEnd(fakes, SPEC, { takeover: left });
  expect(record).toMatchObject({ outcome: 'failed', failure: { code: 'TakeoverGone', stage: 'data' } });
  expect(fakes.calls).toEqual(['checkTakeover']);
});
