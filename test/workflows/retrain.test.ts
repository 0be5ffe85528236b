/** What a firing decides, starts and leaves, with activities that only answer. */
import type { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import type { LookedUp } from '../../activities/retraining/look-up.ts';
import { parseWorkflowId } from '../../spec/naming.ts';
import { RUN_VERSION, type RunRecord } from '../../spec/record.ts';
import type { Firing } from '../../spec/retrain.ts';
import { type RetrainInput, recordQuery } from '../../workflows/messages.ts';
import { pageOf } from '../../workflows/retraining/page.ts';
import { searchAttributes } from '../../workflows/search-attributes.ts';
import { eventually } from '../support/eventually.ts';
import { held } from '../support/held.ts';
import { type AllActivities, fakeActivities, scoresWith, underWay } from './fake-activities.ts';
import { BEDROCK_SPEC, RETRAIN_SPEC, withFiring } from './harness.ts';

const VERSION: Partial<LookedUp> = {
  newest: { number: 3, run: 'temper/reviews/aaaa', handedOverAt: '2026-01-01T00:00:00.000Z' },
};

/** What is looked up: a name with versions, of which nothing is under way, and no money spent. */
const looking = (facts: Partial<LookedUp> = {}): Partial<AllActivities> => ({
  lookUpFiring: async ({ at }) => ({
    spent: { month: at.slice(0, 7), usd: 0, runs: 0 },
    open: [],
    paused: false,
    outOfBudget: false,
    ...VERSION,
    ...facts,
  }),
});

/** Prices by which a run of the spec costs 20.25 USD at most: an hour of training, and one of transform for each contender. */
const PRICES: NonNullable<RetrainInput['prices']> = {
  training: { 'ml.m5.large': 20 },
  transform: { 'ml.m5.large': 0.125 },
  hosting: {},
};

interface Fired {
  readonly firing?: Firing;
  readonly error?: unknown;
  /** Cards as they were written, one after the other. */
  readonly cards: readonly Firing[];
  readonly run?: RunRecord;
  readonly outcome: string | undefined;
  readonly status: string;
}

/** A firing to its end. */
async function fired(overrides: Partial<AllActivities> = looking(), spec = RETRAIN_SPEC, given = {}): Promise<Fired> {
  const cards: Firing[] = [];
  const fakes = fakeActivities({ recordFiring: async ({ firing }) => void cards.push(firing), ...overrides });
  return withFiring(
    fakes,
    async ({ handle, client }) => {
      const [ended] = await Promise.allSettled([handle.result()]);
      const { typedSearchAttributes, status } = await handle.describe();
      const run = cards.at(-1)?.run;
      return {
        ...(ended.status === 'fulfilled' ? { firing: ended.value } : { error: ended.reason }),
        cards,
        ...(run !== undefined && { run: await client.workflow.getHandle(run).query(recordQuery) }),
        outcome: typedSearchAttributes.get(searchAttributes.outcome),
        status: status.name,
      };
    },
    spec,
    given,
  );
}

describe('a firing that trains', () => {
  it('starts a run that knows why, and ends with what became of it', async () => {
    const { firing, cards, run, outcome } = await fired();
    expect(firing).toMatchObject({
      name: 'reviews',
      decision: { decided: 'train', findings: [{ trigger: 'always', due: true }] },
      outcome: 'passed',
    });
    expect(run).toMatchObject({ startedBy: { how: 'schedule' }, decision: firing?.decision, outcome: 'passed' });
    expect(parseWorkflowId(run?.run ?? '')?.name).toBe('reviews');
    expect(outcome).toBe('passed');
    // The card is there before the run is, and as the firing left it afterwards.
    expect(cards.map((card) => [card.run, card.outcome])).toEqual([
      [run?.run, undefined],
      [run?.run, 'passed'],
    ]);
  });

  it('lists its run under the schedule, as a run of its name', async () => {
    const fakes = fakeActivities({ ...looking(), awaitTraining: () => Promise.reject(underWay('10 minutes')) });
    await withFiring(fakes, async ({ handle, runUnderWay }) => {
      const { typedSearchAttributes, staticSummary } = await (await runUnderWay()).describe();
      expect(typedSearchAttributes.get(searchAttributes.schedule)).toBe('reviews');
      expect(typedSearchAttributes.get(searchAttributes.name)).toBe('reviews');
      expect(await staticSummary()).toBe('fine-tune reviews: sagemaker → sagemaker-endpoint');
      await handle.cancel();
      await handle.result().catch(() => {});
    });
  });

  it('trains what was never trained, whatever the triggers say', async () => {
    const spec = RETRAIN_SPEC.replace('every: 1w', 'every: 1w, when: { championAge: 30d }');
    const { firing } = await fired(fakeActivities().activities, spec);
    expect(firing?.decision).toMatchObject({ decided: 'train', reason: 'no model of reviews was trained yet' });
  });

  it('says in its run who asked for it, and why', async () => {
    const spec = RETRAIN_SPEC.replace('every: 1w', 'every: 1w, when: { championAge: 365d }');
    const asked = { by: 'ana@laptop', comment: 'new labels' };
    const { run } = await fired(looking({ asked }), spec);
    expect(run).toMatchObject({ startedBy: { how: 'schedule', ...asked }, decision: { asked } });
    expect(run?.decision?.reason).toBe('ana@laptop asked for it: new labels');
  });

  it('ends with a model that is rejected as with one that passes', async () => {
    const scores = { scores: scoresWith(60), predictions: 's3://bucket/predictions' };
    const awaitEvaluation = async () => ({ evaluations: { base: scores, candidate: scores }, removed: [] });
    const { firing, status, outcome } = await fired({ ...looking(), awaitEvaluation });
    expect([firing?.outcome, status, outcome]).toEqual(['rejected', 'COMPLETED', 'rejected']);
  });
});

describe('what is found of a served model', () => {
  const spec = RETRAIN_SPEC.replace('to: sagemaker-endpoint', 'to: sagemaker-endpoint, capture: { share: 1 }').replace(
    'every: 1w',
    'every: 1d, when: { drift: { of: [text] } }',
  );
  const driftEvidence: AllActivities['driftEvidence'] = async () => ({ due: true, reason: 'text has drifted' });
  const changed = async () => ({ change: { bytes: 9, objects: 1, largest: [] }, compared: true });
  const judged = (days: number): Partial<LookedUp> => ({
    judged: { run: 'temper/reviews/bbbb', at: new Date(Date.now() - days * 86_400_000).toISOString() },
  });

  it('makes a firing train, and keeps what the data consists of, which the next one asks for', async () => {
    const kept: string[] = [];
    const asked: unknown[] = [];
    const { firing } = await fired(
      {
        ...looking(judged(8)),
        compareData: async ({ since }) => {
          asked.push(since);
          return changed();
        },
        driftEvidence: async (question) => {
          asked.push(question.judgedAt);
          return driftEvidence(question);
        },
        keepData: async ({ run }) => void kept.push(run.id),
      },
      spec,
    );
    expect(firing?.decision).toMatchObject({ decided: 'train', reason: 'text has drifted' });
    expect(kept).toEqual([parseWorkflowId(firing?.run ?? '')?.id]);
    expect(asked).toEqual([{ name: 'reviews', id: 'bbbb' }, expect.stringMatching(/^\d{4}-/)]);
  });

  it('cannot be measured where no version was handed over, and that is said', async () => {
    const working = fakeActivities().activities;
    const both = spec.replace(
      'drift: {',
      'liveMetric: { rule: accuracy < 0.8, labels: s3://bucket/labels/ }, drift: {',
    );
    const { firing } = await fired(
      { lookUpFiring: async (question) => ({ ...(await working.lookUpFiring(question)), ...judged(8) }) },
      both,
    );
    const none = 'no version was handed over yet, so that nothing serves';
    expect(firing?.decision).toMatchObject({ decided: 'skip', reason: `${none}; ${none}` });
  });

  it('is no reason again while the data is what the last run was judged on, nor before its window has passed', async () => {
    const same = await fired({ ...looking(judged(8)), driftEvidence }, spec);
    expect(same.firing?.decision).toMatchObject({
      decided: 'skip',
      reason:
        'text has drifted; no reason again: nothing has changed in the data since temper/reviews/bbbb, which was judged',
      findings: [{ trigger: 'drift', due: false, evidence: { answeredBy: 'temper/reviews/bbbb' } }],
    });
    const soon = await fired({ ...looking(judged(2)), driftEvidence, compareData: changed }, spec);
    expect(soon.firing?.decision.reason).toBe(
      'text has drifted; no reason again: temper/reviews/bbbb, the last run that was judged, is 2d old, and a window of 7d has to pass',
    );
  });
});

describe('a firing that does not', () => {
  it('says that no trigger is due, with each that was looked at', async () => {
    const spec = RETRAIN_SPEC.replace('every: 1w', 'every: 1w, when: { championAge: 30d }');
    const handedOverAt = new Date(Date.now() - 3 * 86_400_000).toISOString();
    const { firing, cards, outcome } = await fired(
      looking({ newest: { number: 3, run: 'temper/reviews/aaaa', handedOverAt } }),
      spec,
    );
    expect(firing).toMatchObject({
      decision: { decided: 'skip', reason: 'version 3 is 3d old, trained again after 30d' },
    });
    expect(firing?.decision.findings).toMatchObject([{ trigger: 'championAge', due: false, evidence: { version: 3 } }]);
    expect(cards).toHaveLength(1);
    expect(outcome).toBe('skipped');
  });

  it('starts nothing while a run of its name is under way, and says which', async () => {
    const { firing, run } = await fired(looking({ open: ['temper/reviews/bbbb'] }));
    expect(run).toBeUndefined();
    expect(firing?.decision).toMatchObject({ decided: 'skip', obstacle: 'runOpen' });
    expect(firing?.decision.reason).toMatch(/^temper\/reviews\/bbbb is under way; there was reason to train: /);
  });
});

describe('the budget of a month', () => {
  const monthly = RETRAIN_SPEC.replace('every: 1w', 'every: 1w, budget: 30 USD');
  const spent = (usd: number): Partial<LookedUp> => ({ spent: { month: '2026-11', usd, runs: 1 } });

  it('is what is left of it to a run, and what the run was billed afterwards', async () => {
    const { run, cards } = await fired(looking(spent(2.004)), monthly, { prices: PRICES });
    expect(run?.spec.budget).toBe('27.99 USD');
    const [reserved, settled] = cards;
    expect(reserved?.reservedUsd).toBe(20.25);
    // Twelve seconds, and the moment of the evaluation.
    expect(settled?.billedUsd).toBeCloseTo((12 / 3600) * 20, 2);
  });

  it('keeps what could pass it from being started', async () => {
    const { firing, run } = await fired(looking(spent(29)), monthly, { prices: PRICES });
    expect(run).toBeUndefined();
    expect(firing?.decision).toMatchObject({ decided: 'skip', obstacle: 'budget' });
    expect(firing?.decision.reason).toContain(
      'of the 30 USD of 2026-11 1.00 USD are left, as 1 run has taken 29.00 USD',
    );
  });

  it('starts nothing where no price is known', async () => {
    const { firing } = await fired(looking(), monthly);
    expect(firing?.decision).toMatchObject({ decided: 'skip', obstacle: 'budget' });
    expect(firing?.decision.reason).toContain('no price is known of ml.m5.large');
  });

  it('ends a run on Bedrock that has read more than it may cost, as a skip', async () => {
    const spec = BEDROCK_SPEC.replace('data.jsonl', 's3://bucket/reviews/');
    const tokens = { question: 90_000_000, answer: 10_000_000 };
    const prepareData: AllActivities['prepareData'] = async () => ({
      ...(await fakeActivities().activities.prepareData({} as never)),
      splits: {
        train: { uri: 's3://bucket/train/', rows: 70, tokens },
        test: { uri: 's3://bucket/test/', rows: 20, tokens },
      },
    });
    const models = {
      'amazon.nova-lite-v1:0': {
        perMillionTokens: { training: 2, input: 1, output: 1, customInput: 1, customOutput: 1 },
      },
    };
    const { firing, status, cards } = await fired(
      { ...looking(), prepareData },
      `${spec}retrain: { budget: 30 USD }\n`,
      {
        prices: { ...PRICES, bedrock: { models } },
      },
    );
    expect([status, firing?.decision.decided, firing?.decision.obstacle]).toEqual(['COMPLETED', 'skip', 'budget']);
    expect(firing?.decision.reason).toMatch(/^the run could cost .* more than its budget of 30.00 USD/);
    expect(cards.map(({ reservedUsd, billedUsd }) => [reservedUsd, billedUsd])).toEqual([
      [30, undefined],
      [30, 0],
    ]);
  });
});

describe('what goes wrong', () => {
  it('fails with where and what to do when its run fails: that becomes the note of a schedule that is paused', async () => {
    const awaitTraining = () => Promise.reject(ApplicationFailure.nonRetryable('AlgorithmError: boom', 'JobFailed'));
    const { error, cards, outcome } = await fired({ ...looking(), awaitTraining });
    const { cause } = error as WorkflowFailedError;
    const run = cards.at(-1)?.run;
    expect(cause).toBeInstanceOf(ApplicationFailure);
    expect(cause?.message).toBe(
      `${run} failed in train (JobFailed): AlgorithmError: boom; see it with: temper show ${run}; when that is mended: temper schedule resume reviews`,
    );
    expect(cards.at(-1)).toMatchObject({ outcome: 'failed', failure: { code: 'JobFailed', stage: 'train' } });
    expect(outcome).toBe('failed');
  });

  it('fails where it cannot decide, and has started nothing', async () => {
    const lookUpFiring = () => Promise.reject(ApplicationFailure.nonRetryable('no such bucket', 'NotFound'));
    const { error, cards } = await fired({ lookUpFiring });
    expect((error as WorkflowFailedError).cause?.message).toBe(
      'whether to retrain reviews could not be decided (NotFound): no such bucket; nothing was started; when that is mended: temper schedule resume reviews',
    );
    expect(cards).toEqual([]);
  });

  it('starts nothing for a schedule that a temper of another version has set, and says what to do', async () => {
    const { error, cards } = await fired(looking(), RETRAIN_SPEC, { version: 0 });
    const { cause } = error as WorkflowFailedError;
    expect(cause).toMatchObject({ type: 'OtherVersion' });
    expect(cause?.message).toContain('nothing was started; set it anew with: temper schedule update FILE');
    expect(cards).toEqual([]);
  });

  it('goes on with another worker where its own has died', async () => {
    const working = fakeActivities().activities;
    let looks = 0;
    let isOver = false;
    const awaitTraining: AllActivities['awaitTraining'] = async (job) => {
      looks += 1;
      if (isOver) return working.awaitTraining(job);
      throw underWay(10);
    };
    await withFiring(fakeActivities({ ...looking(), awaitTraining }), async ({ handle, replaceWorker }) => {
      await eventually('a look at the job', async () => (looks > 0 ? true : undefined));
      await replaceWorker();
      isOver = true;
      expect(await handle.result()).toMatchObject({ outcome: 'passed' });
    });
  });

  it('fails where what became of its run cannot be written, and says what that was', async () => {
    const recordFiring: AllActivities['recordFiring'] = async ({ firing }) => {
      if (firing.endedAt !== undefined) throw ApplicationFailure.nonRetryable('no such bucket', 'NotFound');
    };
    const { error } = await fired({ ...looking(), recordFiring });
    expect((error as WorkflowFailedError).cause?.message).toMatch(
      /^temper\/reviews\/\w+ passed, and its card could not be written \(NotFound\): no such bucket; what was reserved counts/,
    );
  });

  it('goes on where the note cannot be written', async () => {
    const noteFirings = () => Promise.reject(ApplicationFailure.nonRetryable('no'));
    expect((await fired({ ...looking(), noteFirings })).firing?.outcome).toBe('passed');
  });
});

describe('stopping', () => {
  const waiting = { ...looking(), awaitTraining: () => Promise.reject(underWay('10 minutes')) };

  it('cancels the run with the firing, and waits until what it had started is gone', async () => {
    const cards: Firing[] = [];
    const fakes = fakeActivities({ ...waiting, recordFiring: async ({ firing }) => void cards.push(firing) });
    await withFiring(fakes, async ({ handle, runUnderWay }) => {
      const run = await runUnderWay();
      await handle.cancel();
      const error = await handle.result().catch((thrown: unknown) => thrown);
      expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
      expect((await run.describe()).status.name).toBe('CANCELLED');
      expect(cards.at(-1)).toMatchObject({ outcome: 'cancelled' });
    });
  });

  it('starts none where the cancel comes before the run, and gives back what was reserved for it', async () => {
    const cards: Firing[] = [];
    let cancel = async (): Promise<unknown> => undefined;
    const { released: ready, release: begin } = held();
    const recordFiring: AllActivities['recordFiring'] = async ({ firing }) => {
      await ready;
      if (cards.push(firing) === 1) await cancel();
    };
    const asked: string[] = [];
    const askForRecord = async (run: string) => {
      asked.push(run);
      throw ApplicationFailure.create({ message: 'no such run' });
    };
    await withFiring(fakeActivities({ ...waiting, recordFiring, askForRecord }), async ({ handle, client }) => {
      cancel = () => handle.cancel();
      begin();
      const error = await handle.result().catch((thrown: unknown) => thrown);
      expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
      const { run = '' } = cards.at(-1) ?? {};
      expect(cards.at(-1)).toMatchObject({ outcome: 'cancelled', billedUsd: 0 });
      await expect(client.workflow.getHandle(run).describe()).rejects.toThrow();
      expect(asked).toEqual([]);
    });
  });

  it('takes a run that somebody has cancelled as a result', async () => {
    await withFiring(fakeActivities(waiting), async ({ handle, runUnderWay }) => {
      await (await runUnderWay()).cancel();
      expect(await handle.result()).toMatchObject({ outcome: 'cancelled' });
    });
  });

  it('leaves the run when the firing is terminated', async () => {
    await withFiring(fakeActivities(waiting), async ({ handle, runUnderWay }) => {
      const run = await runUnderWay();
      await handle.terminate();
      expect((await run.describe()).status.name).toBe('RUNNING');
      await run.terminate();
    });
  });

  it('fails when its run was terminated, with what to do', async () => {
    await withFiring(fakeActivities(waiting), async ({ handle, runUnderWay }) => {
      await (await runUnderWay()).terminate();
      const error = await handle.result().catch((thrown: unknown) => thrown);
      expect((error as WorkflowFailedError).cause?.message).toContain('(Terminated): it was ended from outside');
    });
  });
});

describe('the page of a firing', () => {
  const findings = [
    { trigger: 'newData', due: true, reason: '520 of 500 rows are new' },
    { trigger: 'championAge', due: false, reason: 'version 3 is 3d old, trained again after 30d' },
  ] as const;
  const looked = [
    '**Looked at** (✔ is reason to train)',
    '',
    '- ✔ **newData** · 520 of 500 rows are new',
    '- ◦ **championAge** · version 3 is 3d old, trained again after 30d',
  ];
  const decision = { firing: 'f', at: '2026-11-25T06:00:00.000Z', findings, reason: '520 of 500 rows are new' };
  const firing: Firing = {
    version: RUN_VERSION,
    name: 'reviews',
    scheduledAt: decision.at,
    decision: { ...decision, decided: 'train' },
    run: 'temper/reviews/aaaa',
    reservedUsd: 20.25,
  };

  it('says what it looks at, what it decided and why, and what that costs', () => {
    expect(pageOf({ name: 'reviews' }, findings).split('\n')).toEqual([
      '### Now: looks whether reviews is to be trained again',
      '',
      ...looked,
    ]);
    expect(pageOf({ name: 'reviews' }, findings, firing).split('\n')).toEqual([
      '### Now: `temper/reviews/aaaa` trains',
      '',
      'How far it is, and whether it waits for somebody, is on its own page: *Relationships*.',
      '',
      ...looked,
      '',
      '**At most** 20.25 USD.',
    ]);
  });

  it('says what came of it', () => {
    const failure = { code: 'JobFailed', message: 'boom', stage: 'train' } as const;
    const failed = pageOf({ name: 'reviews' }, findings, { ...firing, outcome: 'failed', failure });
    expect(failed).toMatch(/^### `temper\/reviews\/aaaa` failed\n\n\*\*JobFailed\*\* in train: `boom`\n/);
    expect(failed).toContain('*Unpause* on its page, or `temper schedule resume reviews`');
    expect(failed).toContain('**At most** 20.25 USD: how much of it was billed is not known');
    const skipped: Firing = { ...firing, decision: { ...decision, decided: 'skip', reason: 'nothing is left' } };
    expect(pageOf({ name: 'reviews' }, [], skipped)).toBe('### Skipped\n\nnothing is left\n\n**At most** 20.25 USD.');
    const nothingNew: Firing = {
      ...firing,
      decision: { ...decision, decided: 'skip', findings: [findings[1]], reason: findings[1].reason },
    };
    expect(pageOf({ name: 'reviews' }, [findings[1]], nothingNew)).toMatch(/^### Skipped\n\n\*\*Looked at/);
  });
});
