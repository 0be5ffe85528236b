/** What the firings of a schedule read and keep, in the region's S3. */
import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { DeleteObjectCommand, GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { MockActivityEnvironment } from '@temporalio/testing';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { monthSoFar, newestFirings } from '../../activities/retraining/ledger.ts';
import type { LookedUp } from '../../activities/retraining/look-up.ts';
import { writeRequest } from '../../activities/retraining/requests.ts';
import { NO_PRICES } from '../../spec/cost/prices.ts';
import { s3Keys, scheduleIdOf } from '../../spec/naming.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import type { Firing } from '../../spec/retrain.ts';
import type { DataChange } from '../../spec/retraining/data-change.ts';
import type { NewestVersion } from '../../spec/retraining/triggers.ts';
import { specSchema } from '../../spec/spec.ts';
import { account, clients, failureOf, once, pipeline, temporal } from '../support/activities.ts';
import { eventually } from '../support/eventually.ts';
import { handedDown } from '../support/hand-over.ts';
import { held } from '../support/held.ts';

const { s3 } = clients;
const { bucket } = account;
let name = '';
beforeEach(() => {
  name = `retrain-${randomUUID().slice(0, 8)}`;
});

const put = (key: string, Body: string | Uint8Array) =>
  s3.send(new PutObjectCommand({ Bucket: bucket, Key: `${name}/data/${key}`, Body }));
const row = (text: string): string => `${JSON.stringify({ text, label: text.length % 2 ? 'odd' : 'even' })}\n`;
const rows = (count: number, what = 'row'): string =>
  Array.from({ length: count }, (_, i) => row(`${what} ${i}`)).join('');

const specOf = (newData: object = { rows: 10 }) =>
  specSchema.parse({
    name,
    data: { source: `s3://${bucket}/${name}/data/`, split: { test: 0.2 } },
    train: { engine: 'sagemaker', script: 'train.py' },
    retrain: { every: '1w', when: { newData } },
  });

/** What has changed since the run of that id was started, or since there was nothing. */
async function changeSince(id?: string, newData?: object): Promise<DataChange> {
  const spec = specOf(newData);
  return (await once(pipeline.compareData, { account, spec, ...(id && { since: { name, id } }) })).change;
}

const keep = (id: string) => once(pipeline.keepData, { account, run: { name, id } });

/** The addresses of objects of the data that were read meanwhile. */
async function readWhile(work: () => Promise<unknown>): Promise<string[]> {
  const sent = vi.spyOn(s3, 'send');
  try {
    await work();
    const keys = sent.mock.calls.map(([command]) =>
      command instanceof GetObjectCommand ? (command.input.Key ?? '') : '',
    );
    return keys.filter((key) => key.startsWith(`${name}/data/`)).map((key) => key.slice(`${name}/data/`.length));
  } finally {
    sent.mockRestore();
  }
}

describe('new data', () => {
  it('is all of it where no run is known, and nothing once one was started on it', async () => {
    await put('a.jsonl', rows(30));
    expect(await changeSince()).toMatchObject({ rows: 30, objects: 1, largest: [{ how: 'new', rows: 30 }] });
    await keep('aaaa01');
    expect(
      await readWhile(async () => expect(await changeSince('aaaa01')).toMatchObject({ rows: 0, objects: 0 })),
    ).toEqual([]);
  });

  it('is what was appended, what came, what was rewritten and what is gone; only objects that changed are read', async () => {
    await put('grows.jsonl', rows(20));
    await put('rewritten.jsonl', rows(20));
    await put('gone.jsonl', rows(7));
    await put('stays.jsonl', rows(20));
    await changeSince();
    await keep('aaaa01');
    await put('grows.jsonl', rows(25));
    await put('rewritten.jsonl', rows(30, 'other'));
    await put('new.jsonl', rows(3));
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: `${name}/data/gone.jsonl` }));
    const read = await readWhile(async () => {
      const { rows: total, largest } = await changeSince('aaaa01');
      const byName = Object.fromEntries(largest.map((each) => [each.object.split('/').at(-1), [each.how, each.rows]]));
      expect(byName).toEqual({
        'grows.jsonl': ['grown', 5],
        'rewritten.jsonl': ['rewritten', 30],
        'new.jsonl': ['new', 3],
        'gone.jsonl': ['gone', 7],
      });
      expect(total).toBe(45);
    });
    expect(read.sort()).toEqual(['grows.jsonl', 'new.jsonl', 'rewritten.jsonl']);
    // What a firing that did not train has read is not read again by the next one.
    const again = await readWhile(async () => expect((await changeSince('aaaa01')).rows).toBe(45));
    expect(again.sort()).toEqual(['grows.jsonl', 'rewritten.jsonl']);
  });

  it('is counted in compressed files, tables and Parquet as well', async () => {
    await put('a.jsonl.gz', gzipSync(rows(20)));
    await put('b.csv', 'text,label\n"two\nlines",odd\nb,even\n');
    const parquet = (count: number): Uint8Array =>
      new Uint8Array(
        parquetWriteBuffer({
          columnData: [{ name: 'text', data: Array.from({ length: count }, (_, i) => `row ${i}`) }],
        }),
      );
    await put('c.parquet', parquet(40));
    expect((await changeSince()).rows).toBe(62);
    await keep('aaaa01');
    // Archives are appended to as they are.
    await put('a.jsonl.gz', Buffer.concat([gzipSync(rows(20)), gzipSync(rows(4))]));
    await put('b.csv', 'text,label\n"two\nlines",odd\nb,even\nc,odd\n');
    await put('c.parquet', parquet(41));
    const { largest } = await changeSince('aaaa01');
    const changes = largest.map((each) => [each.object.split('/').at(-1), each.how, each.rows]);
    expect(changes.sort()).toEqual([
      ['a.jsonl.gz', 'grown', 4],
      ['b.csv', 'grown', 1],
      ['c.parquet', 'rewritten', 41],
    ]);
  });

  it('is none where the data is gone: no run is started for that', async () => {
    const input = { account, spec: specOf() };
    expect(await failureOf(once(pipeline.compareData, input))).toMatchObject({
      type: 'InvalidData',
      message: expect.stringContaining(`s3://${bucket}/${name}/data/: there are no rows`),
    });
  });

  it('cannot be told where the bucket is gone, which is named', async () => {
    const spec = specOf();
    const source = 's3://no-such-bucket-of-ours/reviews/';
    const input = { account, spec: { ...spec, data: { ...spec.data, source } } };
    expect(await failureOf(once(pipeline.compareData, input))).toMatchObject({
      type: 'NotFound',
      nonRetryable: true,
      message: expect.stringContaining('s3://no-such-bucket-of-ours/reviews/: NoSuchBucket'),
    });
  });

  it('by bytes reads nothing', async () => {
    await put('a.jsonl', rows(20));
    const read = await readWhile(async () => {
      const change = await changeSince(undefined, { bytes: 100 });
      expect(change).toMatchObject({ bytes: rows(20).length, objects: 1 });
      expect(change).not.toHaveProperty('rows');
    });
    expect(read).toEqual([]);
  });

  it('compares with nothing where it was not kept what a run consisted of', async () => {
    await put('a.jsonl', rows(20));
    const input = { account, spec: specOf(), since: { name, id: 'zzzz99' } };
    expect(await once(pipeline.compareData, input)).toMatchObject({ compared: false, change: { rows: 20 } });
  });
});

const firing = (at: string, more: Partial<Firing> = {}): Firing => ({
  version: RUN_VERSION,
  name,
  scheduledAt: at,
  decision: {
    firing: `temper-retrain/${name}-${at}`,
    at,
    decided: more.run ? 'train' : 'skip',
    reason: 'why',
    findings: [],
  },
  ...more,
});
const record = (one: Firing) => once(pipeline.recordFiring, { account, firing: one });
const lookUp = (at: string, scheduledAt = at) =>
  once(pipeline.lookUpFiring, { name, account, scheduledAt, run: `temper/${name}/aaaa99`, at, prices: NO_PRICES });

describe('the ledger', () => {
  it('has a card for each firing, which is written over when its run is over', async () => {
    const run = `temper/${name}/aaaa01`;
    await record(firing('2026-11-02T06:00:00.000Z', { run, reservedUsd: 12 }));
    await record(firing('2026-11-09T06:00:00.000Z'));
    await record(firing('2026-11-02T06:00:00.000Z', { run, reservedUsd: 12, billedUsd: 3, outcome: 'passed' }));
    const { firings, total } = await newestFirings(s3, bucket, name, 10);
    expect(total).toBe(2);
    expect(firings.map(({ decision, outcome }) => [decision.at.slice(0, 10), outcome])).toEqual([
      ['2026-11-09', undefined],
      ['2026-11-02', 'passed'],
    ]);
  });

  it('tells what a calendar month has cost: what was billed, else what is reserved', async () => {
    const of = (id: string) => `temper/${name}/${id}`;
    await record(firing('2026-10-31T23:59:59.999Z', { run: of('aaaa01'), reservedUsd: 100, billedUsd: 90 }));
    await record(firing('2026-11-01T00:00:00.000Z', { run: of('aaaa02'), reservedUsd: 12, billedUsd: 3 }));
    await record(firing('2026-11-15T00:00:00.000Z'));
    await record(firing('2026-11-30T23:00:00.000Z', { run: of('aaaa03'), reservedUsd: 12 }));
    expect((await monthSoFar(s3, bucket, name, '2026-11-20T00:00:00Z')).trained.length).toBe(2);
    expect((await lookUp('2026-11-30T23:30:00.000Z')).spent).toEqual({ month: '2026-11', usd: 15, runs: 2 });
    expect((await lookUp('2026-12-01T00:00:00.000Z')).spent).toEqual({ month: '2026-12', usd: 0, runs: 0 });
    // Its run ends in the next month, and counts in the one in which it was decided.
    const over = { outcome: 'passed', billedUsd: 11, endedAt: '2026-12-01T02:00:00.000Z' } as const;
    await record(firing('2026-11-30T23:00:00.000Z', { run: of('aaaa03'), reservedUsd: 12, ...over }));
    expect((await lookUp('2026-11-30T23:30:00.000Z')).spent).toEqual({ month: '2026-11', usd: 14, runs: 2 });
    expect((await lookUp('2026-12-02T00:00:00.000Z')).spent).toEqual({ month: '2026-12', usd: 0, runs: 0 });
  });

  it('tells whether the budget has held back a firing of the month, whatever came of those after it', async () => {
    const { decision } = firing('2026-11-09T06:00:00.000Z');
    await record(firing('2026-11-02T06:00:00.000Z'));
    const at = '2026-11-30T06:00:00.000Z';
    expect((await lookUp(at)).outOfBudget).toBe(false);
    await record(firing(decision.at, { decision: { ...decision, obstacle: 'budget' } }));
    await record(firing('2026-11-10T06:00:00.000Z'));
    expect((await lookUp(at)).outOfBudget).toBe(true);
    expect((await lookUp('2026-12-01T06:00:00.000Z')).outOfBudget).toBe(false);
    // One that found out by the run itself.
    const ended = { decision: { ...decision, at: '2026-12-02T06:00:00.000Z', obstacle: 'budget' } as const };
    await record(firing(ended.decision.at, { ...ended, run: `temper/${name}/aaaa01`, endedAt: at }));
    expect((await lookUp('2026-12-30T06:00:00.000Z')).outOfBudget).toBe(true);
  });

  it('knows the last run that did its work: a model that was rejected counts, a run that failed does not', async () => {
    const at = (day: number): string => `2026-11-0${day}T06:00:00.000Z`;
    await record(firing(at(1), { run: `temper/${name}/aaaa01`, outcome: 'passed' }));
    await record(firing(at(2), { run: `temper/${name}/aaaa02`, outcome: 'rejected' }));
    await record(firing(at(3), { run: `temper/${name}/aaaa03`, outcome: 'failed' }));
    await record(firing(at(4), { run: `temper/${name}/aaaa04`, outcome: 'cancelled' }));
    await record(firing(at(5)));
    expect((await lookUp(at(6))).judged).toEqual({ run: `temper/${name}/aaaa02`, at: at(2) });
  });
});

describe('what somebody has damaged in the bucket', () => {
  const at = '2026-11-25T06:00:00.000Z';
  const keyOf = async (): Promise<string> => {
    await record(firing(at, { run: `temper/${name}/aaaa01`, reservedUsd: 12 }));
    return `${s3Keys.firings(name)}2026-11-25T060000.000Z-aaaa01.json`;
  };
  const damaged = async (Key: string, Body: string) => {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));
    return failureOf(lookUp('2026-11-26T06:00:00.000Z', at));
  };

  it('ends the firing at once, and names the object', async () => {
    const key = await keyOf();
    expect(await damaged(key, '{"version":3,"na')).toMatchObject({
      type: 'BrokenCard',
      nonRetryable: true,
      message: expect.stringMatching(new RegExp(`^s3://${bucket}/${key} is not as temper wrote it: .*; put back`)),
    });
    expect(await damaged(key, 'null')).toMatchObject({ type: 'BrokenCard' });
    expect((await failureOf(newestFirings(s3, bucket, name, 1))).type).toBe('BrokenCard');
  });

  it('is no sum of money that any budget has room for', async () => {
    const card = firing(at, { run: `temper/${name}/aaaa01` });
    const { message } = await damaged(await keyOf(), JSON.stringify({ ...card, billedUsd: 'much' }));
    expect(message).toContain('is not as temper wrote it: billedUsd: Invalid input: expected number');
    await damaged(await keyOf(), JSON.stringify({ ...card, reservedUsd: -500 }));
  });

  it('is not taken for who asked', async () => {
    expect((await damaged(s3Keys.firingRequest(name, '2026-11-25T06:00:00Z'), 'ana')).type).toBe('BrokenCard');
  });
});

it('the note of a schedule is written also where somebody changes the schedule at that moment, and what they did stays', async () => {
  await record(firing('2026-11-25T06:00:00.000Z'));
  const action = { type: 'startWorkflow', workflowType: 'retrain', taskQueue: 'none', args: [] } as const;
  const spec = { intervals: [{ every: 30 * 86_400_000 }] };
  const handle = await temporal.schedule.create({ scheduleId: scheduleIdOf(name), spec, action });
  const { workflowService } = temporal;
  const update = workflowService.updateSchedule.bind(workflowService);
  const sent = vi.spyOn(workflowService, 'updateSchedule').mockImplementationOnce(async (request) => {
    await handle.update((before) => ({ ...before, policies: { ...before.policies, overlap: 'BUFFER_ONE' } }));
    // Of two changes that Temporal has not looked at yet, it keeps the later.
    await eventually('the change of somebody else', async () => {
      const { policies } = await handle.describe();
      return policies.overlap === 'BUFFER_ONE' || undefined;
    });
    return update(request);
  });
  try {
    await once(pipeline.noteFirings, { account, name });
    const { state, policies } = await handle.describe();
    expect(state.note).toContain('2026-11-25 06:00Z  skipped: why');
    expect(policies.overlap).toBe('BUFFER_ONE');
  } finally {
    sent.mockRestore();
    await handle.delete();
  }
});

describe('the turn of a firing', () => {
  /** A firing that Temporal has started; what it looks up is told here. */
  async function fired(at: string) {
    const workflowId = `temper-retrain/${name}-${at}`;
    const handle = await temporal.workflow.start('retrain', { workflowId, taskQueue: 'nobody' });
    onTestFinished(async () => void (await handle.terminate().catch(() => {})));
    const workflowExecution = { workflowId, runId: handle.firstExecutionRunId };
    const environment = new MockActivityEnvironment({ workflowExecution }, { client: temporal });
    const question = { name, account, scheduledAt: at, run: `temper/${name}/aaaa${at.slice(8, 10)}`, at };
    const open = async (): Promise<readonly string[]> => {
      const found: LookedUp = await environment.run(pipeline.lookUpFiring, { ...question, prices: NO_PRICES });
      return found.open;
    };
    return { workflowId, handle, open };
  }

  it('is that of one alone where two take it in the same moment', async () => {
    const firings = [await fired('2026-11-25T06:00:00Z'), await fired('2026-11-26T06:00:00Z')];
    const { released: bothHaveRead, release } = held();
    const send = s3.send.bind(s3);
    let writers = 0;
    const sent = vi.spyOn(s3, 'send').mockImplementation((async (command: GetObjectCommand) => {
      if (command instanceof PutObjectCommand && command.input.Key === s3Keys.turn(name)) {
        writers += 1;
        if (writers === 2) release();
        await bothHaveRead;
      }
      return send(command);
    }) as never);
    try {
      const [one = [], other = []] = await Promise.all(firings.map(({ open }) => open()));
      const [first, second] = firings.map(({ workflowId }) => workflowId);
      expect([one, other]).toEqual(one.length > 0 ? [[second], []] : [[], [first]]);
    } finally {
      sent.mockRestore();
    }
  });

  it('is over when the firing and its run are, however they end', async () => {
    const first = await fired('2026-11-25T06:00:00Z');
    expect(await first.open()).toEqual([]);
    // An attempt of which nobody has heard.
    expect(await first.open()).toEqual([]);
    const workflowId = `temper/${name}/aaaa25`;
    const run = await temporal.workflow.start('fineTune', { workflowId, taskQueue: 'nobody' });
    await first.handle.terminate();
    const second = await fired('2026-11-26T06:00:00Z');
    expect(await second.open()).toEqual([run.workflowId]);
    await run.terminate();
    expect(await second.open()).toEqual([]);
  });
});

describe('what is looked up', () => {
  it('is nothing of a new name', async () => {
    const at = '2026-11-25T06:00:00.000Z';
    expect(await lookUp(at)).toEqual({
      spent: { month: '2026-11', usd: 0, runs: 0 },
      open: [],
      paused: false,
      outOfBudget: false,
    });
  });

  it('is who asked for the firing of that second, and the newest version', async () => {
    const asked = { by: 'ana@laptop', comment: 'new labels' };
    await writeRequest(s3, { bucket, name, scheduledAt: '2026-11-25T06:00:00Z' }, asked);
    const model = {
      engine: 'sagemaker',
      artifact: 's3://b/m.tar.gz',
      serving: { image: 'i', environment: {} },
    } as const;
    await once(pipeline.publishModel, { run: { name, id: 'aaaa01' }, account, model, record: handedDown });
    const found = await lookUp('2026-11-25T06:00:02.345Z', '2026-11-25T06:00:00.000Z');
    expect(found.asked).toEqual(asked);
    expect(found.newest).toMatchObject({ number: 1, run: `temper/${name}/aaaa01` } satisfies Partial<NewestVersion>);
    expect(await lookUp('2026-11-25T06:00:03.000Z')).not.toHaveProperty('asked');
  });
});
