/** A person's decision: whose counts, what the deadline decides, and what it costs to wait. */
import { type WorkflowHandle, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { Approval, Decision, Verdict } from '../../spec/approval.ts';
import { approveSignal, decideUpdate, declineSignal } from '../../workflows/messages.ts';
import { describeRun } from '../../workflows/page/page.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { timeSkippingTemporal } from '../support/time-skipping.ts';
import { fakeActivities, scoresWith, underWay } from './fake-activities.ts';
import { runToEnd, SPEC, type StartedRun, withRun, workflowBundle } from './harness.ts';

const asking = (approve: string): string => `${SPEC}approve: ${approve}\n`;
const MANUAL = asking('{ approvers: [ana, ben], within: 2d, remind: 12h }');

const waits = ({ until }: StartedRun): Promise<Approval> =>
  until(({ waiting }) => waiting?.for === 'approval').then(({ approval }) => {
    if (!approval) throw new Error('nobody is asked');
    return approval;
  });

/** The code that a decision is refused with; nothing where it is taken. */
async function refused(handle: WorkflowHandle, sent: unknown): Promise<string | undefined> {
  try {
    await handle.executeUpdate(decideUpdate, { args: [sent] });
    return undefined;
  } catch (error) {
    if (!(error instanceof WorkflowUpdateFailedError)) throw error;
    return error.cause instanceof ApplicationFailure ? `${error.cause.type}: ${error.cause.message}` : undefined;
  }
}

const lengthOf = async (handle: WorkflowHandle): Promise<number> => (await handle.describe()).historyLength;

async function detailsOf(handle: WorkflowHandle): Promise<string> {
  return (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
}

it('waits for a decision between gate and deploy, and hands over what was approved', async () => {
  const fakes = fakeActivities();
  await withRun(
    fakes,
    async (started) => {
      const { handle, until } = started;
      const { evidence, ...asked } = await waits(started);
      expect(asked).toMatchObject({
        reason: 'a person decides on each model',
        otherwise: 'decline',
        approvers: ['ana', 'ben'],
      });
      expect(Date.parse(asked.until) - Date.parse(asked.since)).toBe(2 * 86_400_000);
      expect(fakes.calls).not.toContain('submitDeployment');
      const decision: Decision = { verdict: 'approve', by: 'ana', evidence, comment: 'reads well', how: 'cli' };
      const decided = await handle.executeUpdate(decideUpdate, { args: [decision] });
      expect(decided).toEqual({ ...decision, at: expect.stringMatching(/Z$/) });
      await handle.result();
      const record = await until(({ outcome }) => outcome !== undefined);
      expect(record).toMatchObject({
        outcome: 'passed',
        approval: { decision: decided },
        deployment: { endpoint: 'reviews' },
      });
      expect(record.waiting).toBeUndefined();
      expect(record.timings.map(({ stage }) => stage)).toEqual([
        'data',
        'train',
        'evaluate',
        'gate',
        'approve',
        'deploy',
      ]);
      const { typedSearchAttributes: found } = await handle.describe();
      expect([found.get(searchAttributes.outcome), found.get(searchAttributes.waiting)]).toEqual(['passed', undefined]);
    },
    MANUAL,
  );
});

/** The data that the run's page says to send, as a person fills them in. */
async function dataFromPage(handle: WorkflowHandle, verdict: Verdict, by: string): Promise<object> {
  const blocks = (await detailsOf(handle)).matchAll(/```json\n(.*?)\n```/gs);
  const all = [...blocks].map(([, json = '']) => JSON.parse(json) as { verdict: string; comment?: string });
  const found = all.find((each) => each.verdict === verdict);
  return { ...found, by, ...(found?.comment !== undefined && { comment: 'too terse' }) };
}

it('a decline, with what the page says to send, is a result of the run: nothing is deployed, its evaluation is removed', async () => {
  const fakes = fakeActivities();
  await withRun(
    fakes,
    async (started) => {
      const { handle, until } = started;
      await waits(started);
      await handle.executeUpdate(decideUpdate, { args: [await dataFromPage(handle, 'decline', 'ben')] });
      expect((await handle.result()).outcome).toBe('declined');
      expect(await until(() => true)).toMatchObject({
        outcome: 'declined',
        stage: 'approve',
        approval: { decision: { verdict: 'decline', by: 'ben', comment: 'too terse', how: 'ui' } },
      });
      expect(fakes.calls.filter((name) => /publish|Deployment/.test(name))).toEqual([]);
      expect(fakes.calls).toContain('removeContender');
      expect(await detailsOf(handle)).toMatch(/^### Declined by ben at .*\n\nWhy: `too terse`\n\nNothing was deployed/);
    },
    MANUAL,
  );
});

it('is asked for where nothing was evaluated too, and is answered though the run ends with it', async () => {
  await withRun(
    fakeActivities(),
    async (started) => {
      const { evidence } = await waits(started);
      const decision: Decision = { verdict: 'decline', by: 'ana', evidence, comment: 'not today' };
      const decided = await started.handle.executeUpdate(decideUpdate, { args: [decision] });
      expect(decided).toMatchObject({ verdict: 'decline', comment: 'not today' });
      expect((await started.handle.result()).outcome).toBe('declined');
    },
    asking('manual').replace(/^(evaluate|gate).*\n/gm, ''),
  );
});

describe('a decision that does not count', () => {
  it('is refused with the reason, and leaves no event', async () => {
    await withRun(
      fakeActivities(),
      async (started) => {
        const { handle } = started;
        const { evidence } = await waits(started);
        const good = { verdict: 'approve', by: 'ana', evidence };
        const before = await lengthOf(handle);
        const told = async (sent: unknown): Promise<string | undefined> => refused(handle, sent);
        expect(await told({ ...good, by: 'eve' })).toBe(
          'NotAnApprover: eve is not among those who may decide: ana, ben',
        );
        expect(await told({ ...good, evidence: '0123456789abcdef' })).toMatch(/^EvidenceChanged: .*0123456789abcdef/);
        expect(await told({ ...good, verdict: 'decline' })).toMatch(/^InvalidDecision: a decline needs a comment/);
        expect(await told({ ...good, verdict: 'yes' })).toMatch(/^InvalidDecision: verdict is one of approve, decline/);
        expect(await told({ ...good, by: ' ' })).toMatch(/^InvalidDecision: by says who decides/);
        expect(await told({ ...good, evidence: undefined })).toMatch(/^InvalidDecision: evidence/);
        expect(await told({ ...good, comment: 7 })).toMatch(/^InvalidDecision: a comment is a text/);
        for (const sent of ['approve', null, ['ana'], undefined]) {
          expect(await told(sent)).toMatch(/^InvalidDecision: send \{"verdict"/);
        }
        expect(await lengthOf(handle)).toBe(before);
        expect(await told(good)).toBeUndefined();
      },
      MANUAL,
    );
  });

  it('comes too early, or when there was one before', async () => {
    let trained = false;
    const working = fakeActivities().activities;
    const fakes = fakeActivities({
      awaitTraining: async (job) => {
        if (!trained) throw underWay();
        return working.awaitTraining(job);
      },
      awaitDeployment: () => Promise.reject(underWay('10 minutes')),
    });
    await withRun(
      fakes,
      async (started) => {
        const { handle, until } = started;
        await until(({ stage }) => stage === 'train');
        const early = { verdict: 'approve', by: 'ana', evidence: '0123456789abcdef' };
        expect(await refused(handle, early)).toBe(
          'ApprovalNotOpen: the run does not wait for approval: it is in its train stage',
        );
        trained = true;
        const { evidence } = await waits(started);
        expect(await refused(handle, { ...early, evidence })).toBeUndefined();
        await until(({ stage }) => stage === 'deploy');
        const again = { verdict: 'decline', by: 'ben', evidence, comment: 'no' };
        expect(await refused(handle, again)).toMatch(/^ApprovalDecided: the run was approved by ana at \d\d:\d\d UTC$/);
        await handle.cancel();
      },
      MANUAL,
    );
  });

  it('was never asked for', async () => {
    const fakes = fakeActivities({ awaitTraining: () => Promise.reject(underWay('10 minutes')) });
    await withRun(fakes, async ({ handle, until }) => {
      await until(({ stage }) => stage === 'train');
      expect(await refused(handle, { verdict: 'approve', by: 'ana', evidence: 'x' })).toBe(
        'ApprovalNotOpen: the run does not wait for approval: its spec asks nobody (approve: auto)',
      );
      await handle.cancel();
    });
  });
});

it('can be made by signals of the same rules', async () => {
  await withRun(
    fakeActivities(),
    async (started) => {
      const { handle, until } = started;
      const { evidence } = await waits(started);
      expect(await dataFromPage(handle, 'approve', 'ana')).toEqual({ verdict: 'approve', by: 'ana', evidence });
      await handle.signal(approveSignal, { by: 'eve', evidence });
      await handle.signal(declineSignal, { by: 'ana', evidence });
      await handle.signal(approveSignal, 'ana');
      const { refusedSignals, approval } = await until(({ refusedSignals: seen = [] }) => seen.length === 3);
      expect(approval?.decision).toBeUndefined();
      expect(refusedSignals?.map(({ verdict, reason }) => `${verdict}: ${reason}`)).toEqual([
        'approve: eve is not among those who may decide: ana, ben',
        'decline: a decline needs a comment that says why',
        'approve: send {"by": "your name", "evidence": "..."}, received "ana"',
      ]);
      expect(await detailsOf(handle)).toContain('A signal to approve did not count at');
      await handle.signal(approveSignal, { by: 'ana', evidence, comment: 'fine' });
      expect(await handle.result()).toMatchObject({
        outcome: 'passed',
        approval: { decision: { verdict: 'approve', by: 'ana', comment: 'fine', how: 'ui' } },
      });
    },
    MANUAL,
  );
});

it('is taken by the worker that comes back, where none was there', async () => {
  const fakes = fakeActivities();
  await withRun(
    fakes,
    async (started) => {
      const { handle } = started;
      const { evidence } = await waits(started);
      await started.stopWorkers();
      const decided = handle.executeUpdate(decideUpdate, { args: [{ verdict: 'approve', by: 'ana', evidence }] });
      await started.startWorkers(fakes);
      expect(await decided).toMatchObject({ by: 'ana' });
      expect((await handle.result()).outcome).toBe('passed');
    },
    MANUAL,
  );
});

it('a cancel ends the waiting, and what was started is removed', async () => {
  const fakes = fakeActivities();
  await withRun(
    fakes,
    async (started) => {
      const { handle, until } = started;
      await waits(started);
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow();
      expect(await until(() => true)).toMatchObject({ outcome: 'cancelled', stage: 'approve' });
      expect(await until(() => true)).not.toHaveProperty('waiting');
      expect(fakes.calls).not.toContain('submitDeployment');
      expect(fakes.calls).toContain('removeContender');
    },
    MANUAL,
  );
});

describe('a borderline', () => {
  const BORDERLINE = asking('{ when: borderline, between: { metric: accuracy, from: 0.75, to: 0.85 } }');
  const scoring = (right: number) =>
    fakeActivities({
      awaitEvaluation: async () => ({
        evaluations: {
          base: { scores: scoresWith(60), predictions: 's3://bucket/b' },
          candidate: { scores: scoresWith(right), predictions: 's3://bucket/c' },
        },
        removed: [],
      }),
    });

  it('asks about a score between its ends', async () => {
    await withRun(
      scoring(75),
      async (started) => {
        expect((await waits(started)).reason).toBe('accuracy 0.7500 lies between 0.75 and 0.85');
        await started.handle.cancel();
      },
      BORDERLINE,
    );
  });

  it('asks nobody above, and rejects below', async () => {
    const above = await runToEnd(scoring(86), BORDERLINE);
    expect(above.record).toMatchObject({ outcome: 'passed' });
    expect(above.record.approval).toBeUndefined();
    expect(describeRun(above.record)).toMatch(/✔ \*\*approve\*\* · nobody asked: accuracy 0\.8600 is above 0\.85\n/);
    expect(above.record.timings.map(({ stage }) => stage)).toContain('approve');
    const below = await runToEnd(scoring(74), BORDERLINE);
    expect(below.record).toMatchObject({ outcome: 'rejected', stage: 'gate' });
    expect(below.record.gate?.at(-1)).toMatchObject({ rule: 'accuracy >= 0.75', passed: false });
  });
});

describe('when nobody decides', () => {
  it.each([
    ['decline', 'declined'],
    ['approve', 'passed'],
  ] as const)('the deadline does: %s', async (otherwise, outcome) => {
    const fakes = fakeActivities();
    await withRun(
      fakes,
      async ({ handle }) => {
        const { approval, ...record } = await handle.result();
        expect(record.outcome).toBe(outcome);
        expect(approval?.decision).toEqual({
          verdict: otherwise,
          at: expect.any(String),
          evidence: approval?.evidence,
          how: 'deadline',
        });
        expect(Date.parse(approval?.decision?.at ?? '')).toBeGreaterThanOrEqual(Date.parse(approval?.until ?? ''));
        // One of each half day, and none at the end of the second day.
        expect(approval?.reminders).toEqual({ sent: 3, of: 3 });
        expect(fakes.calls.includes('submitDeployment')).toBe(otherwise === 'approve');
      },
      asking(`{ within: 2d, remind: 12h, otherwise: ${otherwise} }`),
      {},
      workflowBundle(),
      timeSkippingTemporal,
    );
  });

  it('reminders are told wherever the run is looked at', async () => {
    await withRun(
      fakeActivities(),
      async (started, environment) => {
        const { handle, until } = started;
        const asked = await waits(started);
        const listed = async (): Promise<string | undefined> =>
          (await handle.describe()).typedSearchAttributes.get(searchAttributes.waiting);
        expect(await listed()).toBe('approval');
        expect(await detailsOf(handle)).not.toContain('reminder');
        await environment.sleep('25 hours');
        const { waiting } = await until(({ approval }) => approval?.reminders.sent === 2);
        expect(waiting).toMatchObject({ for: 'approval', since: asked.since, reminders: { sent: 2, of: 3 } });
        expect(await listed()).toBe('approval, reminder 2 of 3');
        expect(await detailsOf(handle)).toMatch(
          /^\*\*Waiting for approval by ana, ben since .*, reminder 2 of 3\.\*\*$/m,
        );
      },
      MANUAL,
      {},
      workflowBundle(),
      timeSkippingTemporal,
    );
  });

  it('a decision after the deadline is refused, and told what the deadline decided', async () => {
    const fakes = fakeActivities({ awaitDeployment: () => Promise.reject(underWay('10 minutes')) });
    await withRun(
      fakes,
      async (started, environment) => {
        const { handle, until } = started;
        const { evidence } = await waits(started);
        await environment.sleep('49 hours');
        await until(({ stage }) => stage === 'deploy');
        const late = { verdict: 'decline', by: 'ana', evidence, comment: 'no' };
        expect(await refused(handle, late)).toMatch(
          /^ApprovalDecided: the run was approved by nobody: the deadline was/,
        );
      },
      MANUAL.replace('within:', 'otherwise: approve, within:'),
      {},
      workflowBundle(),
      timeSkippingTemporal,
    );
  });
});
