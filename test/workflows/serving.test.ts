/** Bedrock runs: who answers the evaluation, what becomes of it, and that what bills by the hour ends. */
import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { candidateDeploymentName, guardIdOf, type RunRef } from '../../spec/naming.ts';
import { decideUpdate } from '../../workflows/messages.ts';
import { type ActivityName, fakeActivities, scoresWith, underWay } from './fake-activities.ts';
import { runToEnd, BEDROCK_SPEC as SPEC, withRun } from './harness.ts';

// Its custom models answer from a throughput alone.
const BY_THE_HOUR = SPEC.replace('nova-lite-v1:0', 'titan-text-express-v1').replace(
  '{ to: bedrock-on-demand }',
  '{ to: bedrock-provisioned, modelUnits: 2, ttl: 1h }',
);

const SERVING: readonly ActivityName[] = [
  'submitCandidate',
  'awaitCandidate',
  'removeCandidate',
  'submitRelease',
  'awaitRelease',
  'revertRelease',
  'endThroughput',
  'publishModel',
];
const serving = (calls: readonly ActivityName[]) => calls.filter((call) => SERVING.includes(call));
const failing = async () => {
  throw ApplicationFailure.nonRetryable('no', 'EndpointFailed');
};
const besideWhatServes = {
  submitCandidate: async ({ run }: { run: RunRef }) => ({ name: candidateDeploymentName(run) }),
};

it('the candidate serves by passing where its name was free, and is not created twice', async () => {
  const fakes = fakeActivities();
  const { record } = await runToEnd(fakes, SPEC);
  expect(record).toMatchObject({
    outcome: 'passed',
    candidate: { to: 'bedrock-on-demand', name: 'reviews' },
    deployment: { to: 'bedrock-on-demand', name: 'reviews', created: true },
  });
  expect(serving(fakes.calls)).toEqual(['submitCandidate', 'awaitCandidate', 'awaitRelease']);
});

it('what serves is moved to a candidate that was evaluated beside it, which goes then', async () => {
  const fakes = fakeActivities(besideWhatServes);
  const { record } = await runToEnd(fakes, SPEC);
  expect(record).toMatchObject({ outcome: 'passed', deployment: { created: false } });
  expect(serving(fakes.calls)).toEqual([
    'submitCandidate',
    'awaitCandidate',
    'submitRelease',
    'awaitRelease',
    'removeCandidate',
  ]);
});

const tooLow = {
  answerTestSplit: async () => ({ scores: scoresWith(60), predictions: 's3://bucket/predictions' }),
};
const TAKING_BACK: readonly ActivityName[] = ['revertRelease', 'removeCandidate'];

it.each([
  ['rejected', tooLow, ['revertRelease']],
  ['failed', { awaitCandidate: failing }, ['revertRelease']],
  ['failed', { awaitRelease: failing }, ['revertRelease']],
  ['rejected', { ...besideWhatServes, ...tooLow }, ['removeCandidate']],
  ['failed', { ...besideWhatServes, awaitCandidate: failing }, ['removeCandidate']],
  ['failed', { ...besideWhatServes, awaitRelease: failing }, ['revertRelease', 'removeCandidate']],
  // Whether anything was made, and what, nobody knows.
  ['failed', { submitCandidate: failing }, ['revertRelease', 'removeCandidate']],
] as const)(
  'a run that is %s takes back what it served and what it was evaluated by',
  async (outcome, overrides, back) => {
    const fakes = fakeActivities(overrides);
    const { record } = await runToEnd(fakes, SPEC);
    expect(record.outcome).toBe(outcome);
    expect(fakes.calls.filter((call) => TAKING_BACK.includes(call))).toEqual(back);
    expect(record.leftBehind).toBeUndefined();
  },
);

it('a cancel while the candidate comes up takes it back', async () => {
  const fakes = fakeActivities({ awaitCandidate: () => Promise.reject(underWay('10 minutes')) });
  await withRun(
    fakes,
    async ({ handle, until }) => {
      await until(() => fakes.calls.includes('awaitCandidate'));
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
    },
    SPEC,
  );
  expect(serving(fakes.calls).at(-1)).toBe('revertRelease');
});

it('without deploy the candidate answers from a deployment of its own, which goes afterwards', async () => {
  const fakes = fakeActivities();
  const { record } = await runToEnd(fakes, SPEC.replace(/^deploy.*\n/m, ''));
  expect(record.outcome).toBe('passed');
  expect(record.candidate?.name).toMatch(/^reviews-.*-candidate$/);
  expect(record.deployment).toBeUndefined();
  expect(serving(fakes.calls)).toEqual(['submitCandidate', 'awaitCandidate', 'publishModel', 'removeCandidate']);
});

it('without evaluate nothing is created before the model serves', async () => {
  const fakes = fakeActivities();
  await runToEnd(fakes, SPEC.replace(/^(evaluate|gate).*\n/gm, ''));
  expect(serving(fakes.calls)).toEqual(['submitRelease', 'awaitRelease']);
});

it('refuses a base whose custom models nothing could serve in the region, before anything is done', async () => {
  const fakes = fakeActivities();
  const account = { region: 'eu-west-1', bucket: 'bucket', roleArn: 'arn:aws:iam::000000000000:role/r' };
  const { record } = await runToEnd(fakes, SPEC, { account });
  expect(record.failure).toMatchObject({ code: 'InvalidSpec', message: expect.stringContaining('in eu-west-1') });
  expect(fakes.calls).toEqual([]);
});

it('a throughput has a guard before it is created, which outlives the run and ends it', async () => {
  const fakes = fakeActivities({ awaitCandidate: () => Promise.reject(underWay('10 minutes')) });
  await withRun(
    fakes,
    async ({ run, handle, until }, { client }) => {
      const guard = client.workflow.getHandle(guardIdOf(run, 'candidate'));
      await until(() => fakes.calls.includes('awaitCandidate'));
      expect((await guard.describe()).status.name).toBe('RUNNING');
      await handle.terminate();
      await guard.result();
      expect(serving(fakes.calls).at(-1)).toBe('endThroughput');
    },
    BY_THE_HOUR.replace('ttl: 1h', 'ttl: 1s'),
  );
});

it('a guard ends with the throughput of a run that is rejected', async () => {
  const fakes = fakeActivities({
    answerTestSplit: async () => ({ scores: scoresWith(60), predictions: 's3://bucket/predictions' }),
  });
  await withRun(
    fakes,
    async ({ run, handle }, { client }) => {
      const record = await handle.result();
      expect(record).toMatchObject({ outcome: 'rejected', candidate: { to: 'bedrock-provisioned', name: 'reviews' } });
      expect(await client.workflow.getHandle(guardIdOf(run, 'candidate')).result()).toContain('was gone before');
      expect(fakes.calls).not.toContain('endThroughput');
    },
    BY_THE_HOUR,
  );
});

it('a guard goes on until AWS lets it end the throughput', async () => {
  let refused = 0;
  const fakes = fakeActivities({
    endThroughput: async () => {
      if (refused < 2) {
        refused += 1;
        throw ApplicationFailure.retryable('Rate exceeded', 'Throttled');
      }
    },
  });
  await withRun(
    fakes,
    async ({ run, handle }, { client }) => {
      expect(await handle.result()).toMatchObject({ outcome: 'passed' });
      expect(await client.workflow.getHandle(guardIdOf(run, 'candidate')).result()).toContain('is gone, or');
      expect(refused).toBe(2);
    },
    BY_THE_HOUR.replace('ttl: 1h', 'ttl: 1s'),
  );
});

/** Lets a run wait for a person, and gives what it had done for its candidate by then. */
async function whenApproved(spec: string, overrides: Parameters<typeof fakeActivities>[0] = {}) {
  const fakes = fakeActivities(overrides);
  return withRun(
    fakes,
    async ({ run, handle, until }, { client }) => {
      const { approval, candidate } = await until(({ waiting }) => waiting?.for === 'approval');
      const meanwhile = serving(fakes.calls);
      const guard = client.workflow.getHandle(guardIdOf(run, 'candidate'));
      const ended = candidate === undefined && spec.includes('ttl') ? await guard.result() : undefined;
      const sent = { verdict: 'approve', by: 'ana', evidence: approval?.evidence };
      await handle.executeUpdate(decideUpdate, { args: [sent] });
      const record = await handle.result();
      return { approval, candidate, meanwhile, ended, record, after: serving(fakes.calls).slice(meanwhile.length) };
    },
    `${spec}approve: manual\n`,
  );
}

it('a throughput is given back while a person decides, and is made anew after approval', async () => {
  const { approval, candidate, meanwhile, ended, record, after } = await whenApproved(BY_THE_HOUR);
  expect(meanwhile).toEqual(['submitCandidate', 'awaitCandidate', 'revertRelease']);
  expect(ended).toContain('was gone before');
  expect(approval?.givenBack).toBe('reviews');
  expect(candidate).toBeUndefined();
  expect(after).toEqual(['submitRelease', 'awaitRelease']);
  expect(record).toMatchObject({ outcome: 'passed', deployment: { to: 'bedrock-provisioned', name: 'reviews' } });
});

it('so is one beside what serves; a deployment, which bills what is asked of it, stays', async () => {
  const beside = await whenApproved(BY_THE_HOUR, besideWhatServes);
  expect(beside.meanwhile).toEqual(['submitCandidate', 'awaitCandidate', 'removeCandidate']);
  expect(beside.approval?.givenBack).toMatch(/^reviews-.*-candidate$/);
  const onDemand = await whenApproved(SPEC);
  expect(onDemand.meanwhile).toEqual(['submitCandidate', 'awaitCandidate']);
  expect(onDemand.approval).not.toHaveProperty('givenBack');
  expect(onDemand.after).toEqual(['awaitRelease']);
});

it('a model that is declined leaves nothing that answers with it', async () => {
  const fakes = fakeActivities();
  const { record } = await runToEnd(fakes, `${SPEC}approve: { within: 1s }\n`);
  expect(record.outcome).toBe('declined');
  expect(serving(fakes.calls).at(-1)).toBe('revertRelease');
  expect(fakes.calls).toContain('settleModel');
});

const IMPORT = `
name: support-chat
data: { source: data.jsonl, split: { test: 0.2 } }
train: { engine: sagemaker, script: train.py }
deploy: { to: bedrock-import }
`;

it('a model of SageMaker is imported, proven, and only then are the ones before it deleted', async () => {
  const fakes = fakeActivities();
  const { record } = await runToEnd(fakes, IMPORT);
  expect(record).toMatchObject({ outcome: 'passed', deployment: { to: 'bedrock-import', name: 'support-chat' } });
  expect(fakes.calls.slice(-4)).toEqual(['unpackModel', 'submitImport', 'awaitImport', 'retireImports']);
});

const EVALUATED_IMPORT = `${IMPORT}evaluate: {}\ngate: [accuracy >= 0.70]\n`;

it('what Bedrock cannot import is told right after training, and not evaluated', async () => {
  const refusal = 'Bedrock cannot import s3://bucket/candidate/model.tar.gz: it holds a LoRA adapter';
  const fakes = fakeActivities({
    unpackModel: () => Promise.reject(ApplicationFailure.nonRetryable(refusal, 'NotImportable')),
  });
  const { record } = await runToEnd(fakes, EVALUATED_IMPORT);
  expect(record).toMatchObject({
    outcome: 'failed',
    failure: { stage: 'train', code: 'NotImportable', message: refusal },
    // What was trained was paid, and is told.
    model: { billedSeconds: 12 },
  });
  expect(fakes.calls.slice(-2)).toEqual(['unpackModel', 'revertImport']);
  expect(fakes.calls).not.toContain('submitEvaluation');
});

it('what was unpacked of a model that is rejected is taken back, and nothing is imported', async () => {
  const low = { evaluations: { candidate: { scores: scoresWith(60), predictions: 's3://bucket/p' } }, removed: [] };
  const fakes = fakeActivities({ awaitEvaluation: async () => low });
  const { record } = await runToEnd(fakes, EVALUATED_IMPORT);
  expect(record).toMatchObject({ outcome: 'rejected', weights: { files: 4 } });
  expect(fakes.calls).toContain('revertImport');
  expect(fakes.calls).not.toContain('submitImport');
});

it.each(['unpackModel', 'submitImport', 'awaitImport'] as const)(
  'an import whose %s fails is taken back, and what served before stays',
  async (step) => {
    const fakes = fakeActivities({ [step]: failing });
    const { record } = await runToEnd(fakes, IMPORT);
    expect(record.outcome).toBe('failed');
    expect(fakes.calls.at(-1)).toBe('revertImport');
    expect(fakes.calls).not.toContain('retireImports');
  },
);
