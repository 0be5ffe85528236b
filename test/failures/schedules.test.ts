/** What a schedule of Temporal and its firings survive: the schedule and the ledger are real, what a run does is only answered. */
import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { publishModel } from '../../activities/models.ts';
import { newestFirings } from '../../activities/retraining/ledger.ts';
import { createRetrainingActivities } from '../../activities/retraining/retraining.ts';
import type { RunRecord } from '../../spec/record.ts';
import { fineTune } from '../../workflows/index.ts';
import { type RetrainInput, recordQuery } from '../../workflows/messages.ts';
import { runOptions } from '../../workflows/start.ts';
import { account, aws, clients } from '../support/activities.ts';
import { eventually } from '../support/eventually.ts';
import { held } from '../support/held.ts';
import { type StartedSchedule, withSchedule } from '../support/schedules.ts';
import { type AllActivities, CHAMPION, fakeActivities, scoresWith } from '../workflows/fake-activities.ts';
import { BEDROCK_SPEC, RETRAIN_SPEC } from '../workflows/harness.ts';

const ON_BEDROCK = `${BEDROCK_SPEC.replace('data.jsonl', 's3://bucket/reviews/')}retrain: { every: 1w }\n`;
const when = (triggers: string): string => RETRAIN_SPEC.replace('every: 1w', `every: 1w, when: { ${triggers} }`);

/** Training that goes on until it is told to end. */
function gate(): { readonly open: () => void; readonly training: Partial<AllActivities> } {
  const working = fakeActivities().activities;
  const { released, release: open } = held();
  return {
    open,
    training: {
      awaitTraining: async (job) => released.then(() => working.awaitTraining(job)),
      awaitCustomization: async (job) => released.then(() => working.awaitCustomization(job)),
    },
  };
}

/** The note that the schedule's page shows, once it tells what it is to. */
const noteOf = ({ handle }: StartedSchedule, what: RegExp): Promise<string> =>
  eventually(`a note with ${what}`, async () => {
    const { note = '' } = (await handle.describe()).state;
    return what.test(note) ? note : undefined;
  });

const recordOf = ({ client }: StartedSchedule, run = ''): Promise<RunRecord> =>
  client.workflow.getHandle(run).query(recordQuery);

/** ScheduleOverlapPolicy of Temporal's API. */
const ALLOW_ALL = 6;

/** Of an hour of training, and of evaluation. */
const PRICES = { training: { 'ml.m5.large': 20 }, transform: { 'ml.m5.large': 0.125 }, hosting: {} };

const ENGINES = [
  ['SageMaker', RETRAIN_SPEC],
  ['Bedrock', ON_BEDROCK],
] as const;

it.each(ENGINES)('two triggers at once start one run, on %s', async (_, spec) => {
  const { open, training } = gate();
  await withSchedule({ spec, activities: training }, async (schedule) => {
    const [first, second] = await Promise.all([schedule.trigger(), schedule.trigger()]);
    const { info } = await eventually('a firing under way', async () => {
      const described = await schedule.handle.describe();
      return described.info.runningActions.length > 0 ? described : undefined;
    });
    expect(info.runningActions).toHaveLength(1);
    open();
    const ended = await Promise.allSettled([first.result(), second.result()]);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(ended.find((each) => each.status === 'rejected')?.reason).toBeInstanceOf(WorkflowNotFoundError);
    expect((await newestFirings(clients.s3, account.bucket, schedule.name, 9)).total).toBe(1);
  });
});

it('two firings that overlap, as somebody in the Temporal UI allows, take turns: one trains, within the budget of the month', async () => {
  const { open, training } = gate();
  const spec = RETRAIN_SPEC.replace('every: 1w', 'every: 1w, budget: 30 USD');
  await withSchedule({ spec, activities: training, prices: PRICES }, async (schedule) => {
    const first = await schedule.trigger(undefined, ALLOW_ALL);
    // Of two triggers that Temporal hears of in the same moment it keeps one.
    await eventually('the first one', () => first.describe().catch(() => undefined));
    const second = await schedule.trigger(undefined, ALLOW_ALL);
    const cards = await eventually('what both have decided', async () => {
      const { firings: decided } = await newestFirings(clients.s3, account.bucket, schedule.name, 9);
      return decided.length === 2 ? decided : undefined;
    });
    const skipped = cards.find(({ decision }) => decision.decided === 'skip');
    expect(cards.filter(({ run }) => run !== undefined)).toHaveLength(1);
    expect(skipped?.decision.reason).toMatch(/^temper(-retrain)?\/\S+ is under way; /);
    open();
    await Promise.all([first.result(), second.result()]);
  });
});

it.each(ENGINES)('a trigger while a run of the name is open starts none and says which is, on %s', async (_, spec) => {
  const { open, training } = gate();
  await withSchedule({ spec, activities: training }, async (schedule) => {
    const { action } = await schedule.handle.describe();
    const [input] = action.args as [RetrainInput];
    const run = { name: schedule.name, id: 'byhand' };
    const { taskQueue } = action;
    const options = { ...runOptions({ ...input, run, directory: '/' }), taskQueue };
    const byHand = await schedule.client.workflow.start(fineTune, options);
    const { decision } = await schedule.fire({ by: 'ana' });
    expect(decision).toMatchObject({ decided: 'skip', obstacle: 'runOpen' });
    expect(decision.reason).toBe(
      `temper/${schedule.name}/byhand is under way; there was reason to train: ana asked for it; ` +
        `no model of ${schedule.name} was trained yet; each firing trains: retrain has no when`,
    );
    expect(await noteOf(schedule, /skipped/)).toContain(`Z  skipped: temper/${schedule.name}/byhand is under way`);
    open();
    await byHand.result();
  });
});

it('a spec that is changed between two firings is that of the second; the run under way keeps its own', async () => {
  const { open, training } = gate();
  await withSchedule({ activities: training }, async (schedule) => {
    const first = await schedule.trigger();
    const running = await eventually('its run', async () => {
      const { firings } = await newestFirings(clients.s3, account.bucket, schedule.name, 1);
      return firings[0]?.run;
    });
    await schedule.update((text) => text.replace('accuracy >= 0.70', 'accuracy >= 0.75'));
    open();
    expect((await first.result()).run).toBe(running);
    expect((await recordOf(schedule, running)).spec.gate[0]).toBe('accuracy >= 0.70');
    const second = await schedule.fire();
    expect((await recordOf(schedule, second.run)).spec.gate[0]).toBe('accuracy >= 0.75');
  });
});

it('a run that fails pauses the schedule, with where and what to do in its note', async () => {
  const awaitTraining = () => Promise.reject(ApplicationFailure.nonRetryable('AlgorithmError: boom', 'JobFailed'));
  await withSchedule({ activities: { awaitTraining } }, async (schedule) => {
    const error = await schedule.fire().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    const note = await noteOf(schedule, /see it with/);
    expect(note).toContain('(JobFailed): AlgorithmError: boom; see it with: temper show temper/');
    expect(note).toContain(`temper schedule resume ${schedule.name}`);
    expect((await schedule.handle.describe()).state.paused).toBe(true);
  });
});

it('of a backfill whose first run fails nothing more is trained: the pause holds back the rest', async () => {
  const awaitTraining = () => Promise.reject(ApplicationFailure.nonRetryable('AlgorithmError: boom', 'JobFailed'));
  await withSchedule({ activities: { awaitTraining } }, async (schedule) => {
    const end = new Date();
    const start = new Date(end.getTime() - 4 * 7 * 86_400_000);
    await schedule.handle.backfill({ start, end, overlap: 'BUFFER_ALL' });
    const cards = await eventually('four firings', async () => {
      const { firings } = await newestFirings(clients.s3, account.bucket, schedule.name, 9);
      return firings.length === 4 && firings.every(({ endedAt, run }) => endedAt ?? !run) ? firings : undefined;
    });
    const [failed, ...rest] = cards.toReversed();
    expect(failed).toMatchObject({ outcome: 'failed' });
    expect(rest.map(({ decision }) => decision.obstacle)).toEqual(['paused', 'paused', 'paused']);
    expect((await schedule.handle.describe()).state.note).toContain('AlgorithmError: boom');
  });
});

it('what a person does meanwhile stays: a schedule that is paused while a firing goes on is paused, with their words', async () => {
  const { open, training } = gate();
  await withSchedule({ activities: training }, async (schedule) => {
    const firing = await schedule.trigger();
    await noteOf(schedule, /trains \w+: /);
    await schedule.handle.pause('ana: holidays');
    open();
    expect((await firing.result()).outcome).toBe('passed');
    const { paused, note } = (await schedule.handle.describe()).state;
    expect([paused, note]).toEqual([true, 'ana: holidays']);
    await schedule.handle.unpause('ana: back');
    await schedule.fire();
    expect(await noteOf(schedule, /\n/)).toMatch(/Z {2}trained \w+: passed.*\n.*Z {2}trained \w+: passed/);
  });
});

it('what became of a run whose firing was terminated is known to the next firing: its data is not trained on again', async () => {
  const { open, training } = gate();
  const spec = when('newData: { rows: 10 }');
  await withSchedule({ spec, activities: training }, async (schedule) => {
    await schedule.put('a.jsonl', rows(30));
    const firing = await schedule.trigger();
    const run = await eventually('its run', async () => {
      const { pendingChildren } = (await firing.describe().catch(() => undefined))?.raw ?? {};
      return pendingChildren?.[0]?.runId ? (pendingChildren[0].workflowId ?? undefined) : undefined;
    });
    await firing.terminate();
    expect((await schedule.fire()).decision).toMatchObject({ decided: 'skip', obstacle: 'runOpen' });
    open();
    await schedule.client.workflow.getHandle(run).result();
    const { decision } = await schedule.fire();
    expect(decision).toMatchObject({ decided: 'skip', reason: `nothing has changed in the data (since ${run})` });
    const { firings } = await newestFirings(clients.s3, account.bucket, schedule.name, 9);
    expect(firings.at(-1)).toMatchObject({ run, outcome: 'passed', endedAt: expect.any(String) });
  });
});

it('a firing that is reset to before its run says so, and leaves it to the next one', async () => {
  const { open, training } = gate();
  await withSchedule({ activities: training }, async (schedule) => {
    const { client } = schedule;
    const firing = await schedule.trigger();
    const begun = await eventually('its run', async () => {
      const { events } = await firing.fetchHistory().catch(() => ({ events: [] }));
      const started = events?.some((event) => event.childWorkflowExecutionStartedEventAttributes);
      const asked = events?.find((event) => event.startChildWorkflowExecutionInitiatedEventAttributes);
      return started ? (asked?.startChildWorkflowExecutionInitiatedEventAttributes ?? undefined) : undefined;
    });
    const { runId } = await firing.describe();
    await client.workflowService.resetWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId: firing.workflowId, runId },
      workflowTaskFinishEventId: begun.workflowTaskCompletedEventId ?? null,
      requestId: randomUUID(),
    });
    const run = begun.workflowId ?? '';
    await expect(firing.result()).rejects.toMatchObject({
      cause: { message: expect.stringContaining(`${run} was started before this firing was reset`) },
    });
    open();
    await client.workflow.getHandle(run).result();
    await schedule.fire();
    const { firings } = await newestFirings(clients.s3, account.bucket, schedule.name, 9);
    expect(firings.at(-1)).toMatchObject({ run, outcome: 'passed' });
  });
});

it('what was reserved for a run whose firing was terminated before it started it is free again', async () => {
  const working = createRetrainingActivities({ aws });
  const reserved = held();
  const noting = held();
  const activities: Partial<AllActivities> = {
    noteFirings: async (input) => {
      reserved.release();
      await noting.released;
      await working.noteFirings(input);
    },
  };
  const spec = RETRAIN_SPEC.replace('every: 1w', 'every: 1w, budget: 30 USD');
  await withSchedule({ spec, activities, prices: PRICES }, async (schedule) => {
    const firing = await schedule.trigger();
    await reserved.released;
    await firing.terminate();
    noting.release();
    expect(await schedule.fire()).toMatchObject({ outcome: 'passed' });
    const { firings } = await newestFirings(clients.s3, account.bucket, schedule.name, 9);
    expect(firings.at(-1)).toMatchObject({ outcome: 'cancelled', reservedUsd: 20.25, billedUsd: 0 });
  });
});

/** Each run is billed an hour of training at 20 USD, and could cost 20.25. */
const BILLED: Partial<AllActivities> = {
  awaitTraining: async (job) => ({ ...(await fakeActivities().activities.awaitTraining(job)), billedSeconds: 3600 }),
};

it('a budget of the month that is reached halfway lets one firing train and not the next', async () => {
  const spec = RETRAIN_SPEC.replace('every: 1w', 'every: 1w, budget: 40 USD');
  await withSchedule({ spec, activities: BILLED, prices: PRICES }, async (schedule) => {
    const first = await schedule.fire();
    expect(first).toMatchObject({ outcome: 'passed', reservedUsd: 20.25 });
    expect(first.billedUsd).toBeCloseTo(20, 1);
    const { decision, run } = await schedule.fire({ by: 'ana' });
    expect(decision).toMatchObject({ decided: 'skip', obstacle: 'budget' });
    expect(decision.reason).toMatch(
      /^the run could cost 20.25 USD, and of the 40 USD of \d{4}-\d{2} 19.\d\d USD are left/,
    );
    expect(run).toBeUndefined();
  });
});

const rows = (count: number): string =>
  Array.from(
    { length: count },
    (_, i) => `${JSON.stringify({ text: `row ${i}`, label: i % 2 ? 'odd' : 'even' })}\n`,
  ).join('');

it('a schedule whose champion was deleted by hand rejects each model, saying what is gone, and goes on', async () => {
  const spec = RETRAIN_SPEC.replace('accuracy >= 0.70', 'accuracy >= champion');
  const { findChampion } = CHAMPION as Required<Pick<AllActivities, 'findChampion'>>;
  const deleted: AllActivities['findChampion'] = async (question) => {
    const champion = await findChampion(question);
    return champion && { ...champion, gone: 'its artifact s3://bucket/champion/model.tar.gz was deleted' };
  };
  await withSchedule({ spec, activities: { ...CHAMPION, findChampion: deleted } }, async (schedule) => {
    for (const firing of [await schedule.fire(), await schedule.fire()]) {
      expect(firing.outcome).toBe('rejected');
      const { gate } = await recordOf(schedule, firing.run);
      expect(gate?.[0]?.reason).toContain('s3://bucket/champion/model.tar.gz was deleted');
    }
    expect((await schedule.handle.describe()).state.paused).toBe(false);
  });
});

it('unchanged data is not trained on again after a rejection, and is after a failure', async () => {
  let outcome: 'rejected' | 'failed' | 'passed' = 'rejected';
  const working = fakeActivities().activities;
  const activities: Partial<AllActivities> = {
    awaitTraining: async (job) => {
      if (outcome === 'failed') throw ApplicationFailure.nonRetryable('boom', 'JobFailed');
      return working.awaitTraining(job);
    },
    awaitEvaluation: async (input) => {
      if (outcome === 'passed') return working.awaitEvaluation(input);
      const scores = { scores: scoresWith(50), predictions: 's3://bucket/predictions' };
      return { evaluations: { base: scores, candidate: scores }, removed: [] };
    },
  };
  await withSchedule({ spec: when('newData: { rows: 10 }'), activities }, async (schedule) => {
    await schedule.put('a.jsonl', rows(30));
    expect(await schedule.fire()).toMatchObject({ outcome: 'rejected' });
    const second = await schedule.fire();
    expect(second.decision).toMatchObject({ decided: 'skip' });
    expect(second.decision.reason).toMatch(/^nothing has changed in the data \(since temper\//);

    outcome = 'failed';
    await schedule.put('a.jsonl', rows(45));
    await expect(schedule.fire()).rejects.toThrow();
    await eventually('a schedule that is paused', async () =>
      (await schedule.handle.describe()).state.paused ? true : undefined,
    );
    await schedule.handle.unpause();
    outcome = 'passed';
    const last = await schedule.fire();
    expect(last).toMatchObject({ outcome: 'passed' });
    expect(last.decision.reason).toMatch(/^15 rows are new, at least 10 wanted: a.jsonl has grown \(since temper\//);
    expect((await recordOf(schedule, last.run)).decision?.findings).toEqual(last.decision.findings);
  });
});

it('drift that no run mends is a reason once: not again while the data is the same, nor before a window has passed', async () => {
  const working = fakeActivities().activities;
  const activities: Partial<AllActivities> = {
    awaitDeployment: async (input) => {
      await publishModel(clients.s3, input);
      return working.awaitDeployment(input);
    },
    driftEvidence: async () => ({ due: true, reason: 'text has drifted' }),
  };
  const spec = when('drift: { of: [text] }').replace(
    'to: sagemaker-endpoint',
    'to: sagemaker-endpoint, capture: { share: 1 }',
  );
  await withSchedule({ spec, activities }, async (schedule) => {
    await schedule.put('a.jsonl', rows(30));
    const { run, outcome } = await schedule.fire();
    expect(outcome).toBe('passed');
    const again = await schedule.fire();
    expect(again.decision).toMatchObject({
      decided: 'skip',
      reason: `text has drifted; no reason again: nothing has changed in the data since ${run}, which was judged`,
    });
    await schedule.put('a.jsonl', rows(31));
    expect((await schedule.fire()).decision.reason).toMatch(
      /^text has drifted; no reason again: temper\/\S+, the last run that was judged, is \d+[sm] old, and a window of 7d has to pass$/,
    );
  });
});
