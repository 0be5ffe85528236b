import { randomUUID } from 'node:crypto';
import { DeleteObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import type { DriftLimits } from '../../../spec/monitoring/drift.ts';
import { account, clients, once, pipeline } from '../../support/activities.ts';
import { put, type WatchedOptions, watchedModel } from '../../support/watched.ts';

const LIMITS: DriftLimits = { of: ['text', 'label'], psi: 0.2, newCategories: 0.1, minRows: 50, window: '7d' };
const WORDS = ['fine', 'awful', 'works', 'broke', 'battery', 'screen', 'cable', 'case', 'lamp', 'mouse', 'dull'];

const text = (i: number): string =>
  Array.from({ length: 3 + ((i * 7) % 6) }, (_, j) => WORDS[(i * 3 + j * (1 + (i % 5))) % WORDS.length]).join(' ');
const label = (i: number): string => (i % 3 ? 'good' : 'bad');
const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ text: text(i), label: label(i) }));
const asked = (count: number, textOf = text, labelOf = label) =>
  Array.from({ length: count }, (_, i) => ({ asked: { text: textOf(i) }, answered: { label: labelOf(i) } }));

const model = (options: Partial<WatchedOptions> = {}) => watchedModel({ trained: rows(300), ...options });
const drift = (name: string, limits = LIMITS, judgedAt?: string) =>
  once(pipeline.driftEvidence, { name, account, drift: limits, at: new Date().toISOString(), judgedAt });

it('holds what an endpoint was asked since the hand-over against what its model was trained on', async () => {
  const { name, run, captured } = await model();
  const before = new Date(Date.now() - 3_600_000);
  await captured([
    ...asked(120),
    ...asked(200, () => 'nobody knows these words').map((request) => ({ ...request, at: before })),
    { asked: { text: 'proving it' }, inferenceId: run },
  ]);
  const found = await drift(name);
  expect(found).toMatchObject({
    due: false,
    reason: expect.stringMatching(
      /^no drift in 120 rows since the hand-over \(.* UTC\): the greatest PSI is 0\.\d\d, of /,
    ),
    champion: { version: 1, run, serves: name },
    traffic: { begins: 'handOver', requests: 121, own: 1, broken: 0, files: expect.any(Number) },
    measure: { rows: 120, referenceRows: 300 },
  });
  await captured(asked(100, (i) => `${text(i)}, said otherwise altogether`));
  expect(await drift(name)).toMatchObject({
    due: true,
    reason: expect.stringContaining('text: unknown words (above '),
    measure: { rows: 220 },
  });
});

it('looks no further back than the window, nor than the run that was judged last', async () => {
  const day = 86_400_000;
  const ago = (days: number): Date => new Date(Date.now() - days * day);
  const { name, captured } = await model({ handedOverAt: ago(90) });
  const old = asked(400);
  await captured(old.map((request) => ({ ...request, at: ago(40) })));
  await captured(asked(60, () => 'nobody knows these words').map((request) => ({ ...request, at: ago(3) })));
  const week = await drift(name);
  expect(week).toMatchObject({
    due: true,
    reason: expect.stringMatching(/, of 60 rows since \d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
    traffic: { begins: 'length', files: 1, requests: 60, bytes: expect.any(Number) },
  });
  // Of all that was asked since the hand-over it would be a drop in the ocean.
  expect(await drift(name, { ...LIMITS, window: '365d' })).toMatchObject({
    traffic: { begins: 'handOver', files: 2, requests: 460 },
  });
  const judged = ago(2).toISOString();
  expect(await drift(name, LIMITS, judged)).toMatchObject({
    due: false,
    reason: expect.stringContaining('since the last run was started ('),
    traffic: { from: judged, begins: 'judged', requests: 0 },
  });
  expect((await drift(name, { ...LIMITS, minRows: 61 })).reason).toMatch(
    /are too few to tell drift: at least 61 are wanted; give a longer window or a lower minRows$/,
  );
});

it('is drift too where the model answers otherwise than when it was evaluated, whatever is right', async () => {
  const predictions = Array.from({ length: 200 }, (_, i) => ({
    row: i + 1,
    label: label(i),
    prediction: 'good',
    ok: true,
  }));
  const { name, captured } = await model({ predictions });
  await captured(asked(100, text, () => 'good'));
  expect((await drift(name)).due).toBe(false);
  await captured(asked(100, text, () => 'mixed'));
  const found = await drift(name);
  expect(found.reason).toMatch(/^label is new in 50 % of rows \(mixed\), more than 10 %, of 200 rows since /);
});

it('goes on behind lines that cannot be read, and tells them; too few rows decide nothing', async () => {
  const { name, captured } = await model();
  await captured(asked(20, () => 'other words'));
  const hour = new Date().toISOString().slice(0, 13).replaceAll(/[-T]/g, '/');
  await put(`captured/${name}/AllTraffic/${hour}/${randomUUID()}.jsonl`, '{"captureData":\n');
  expect(await drift(name)).toMatchObject({
    due: false,
    reason: expect.stringMatching(
      /^20 rows of captured traffic since the hand-over \(.* UTC\) are too few to tell drift: at least 50 are wanted; more will come with time$/,
    ),
    traffic: { requests: 20, broken: 1, firstBroken: { line: 1 } },
  });
});

it('tells that a question has no text any more', async () => {
  const { name, captured } = await model();
  await captured(asked(60).map((request) => ({ ...request, asked: { inputs: request.asked.text } })));
  expect(await drift(name)).toMatchObject({
    due: true,
    reason: expect.stringMatching(/^text: characters is gone .*; fields that are new: inputs$/),
  });
});

it('holds fields that callers send against those of the rows to train on', async () => {
  const language = (i: number): string => (i % 4 ? 'en' : 'fr');
  const fields = rows(300).map((_, i) => ({ language: language(i) }));
  const uri = await put(`fields-${randomUUID()}/fields.jsonl`, fields);
  const { name, captured } = await model({ data: { fields: { uri: uri.replace('fields.jsonl', ''), rows: 300 } } });
  const limits = { ...LIMITS, of: ['language'] };
  const spoken = (of: (i: number) => string) =>
    asked(100).map((each, i) => ({ ...each, asked: { ...each.asked, language: of(i), channel: 'app' } }));
  await captured(spoken(language));
  expect(await drift(name, limits)).toMatchObject({ due: false, measure: { newFields: ['channel'] } });
  await captured(spoken((i) => (i % 2 ? 'sv' : 'fr')));
  expect(await drift(name, limits)).toMatchObject({
    due: true,
    reason: expect.stringMatching(
      /^language is new in 25 % of rows \(sv\), more than 10 %, of 200 rows since .*; fields that are new: channel$/,
    ),
  });
});

it('reads the training split once, and keeps what it was like beside it', async () => {
  const { name, captured } = await model();
  await captured(asked(60));
  const { measure } = await drift(name);
  const Bucket = account.bucket;
  const listed = await clients.s3.send(new ListObjectsV2Command({ Bucket, Prefix: `temper/${name}/data/` }));
  const keys = (listed.Contents ?? []).map(({ Key = '' }) => Key);
  const [train = '', reference = ''] = ['/train/', '/reference/'].map((part) => keys.find((key) => key.includes(part)));
  await put(reference, '{"rows": 300, "feat');
  expect((await drift(name)).measure).toEqual(measure);
  await clients.s3.send(new DeleteObjectCommand({ Bucket, Key: train }));
  expect((await drift(name)).measure).toEqual(measure);
  // Of other features there is none yet.
  expect(await drift(name, { ...LIMITS, of: ['text'] })).toMatchObject({
    due: false,
    reason: expect.stringMatching(/^what temper\/.* was trained and evaluated on is gone: could not read s3:/),
  });
});

it('is held against a sample of many rows, the same one each time', async () => {
  const { name, captured } = await model({ trained: rows(25_000) });
  await captured(asked(60));
  const { measure } = await drift(name, { ...LIMITS, of: ['text'] });
  expect(Math.abs((measure?.referenceRows ?? 0) - 10_000)).toBeLessThan(400);
  expect((await drift(name, { ...LIMITS, of: ['text', 'ip'] })).measure?.referenceRows).toBe(measure?.referenceRows);
});

it.each<[string, () => Promise<string>, RegExp]>([
  ['no version', async () => `never-${randomUUID().slice(0, 8)}`, /^no version of never-\w+ was handed over yet$/],
  [
    'no capture',
    async () => (await model({ captures: false })).name,
    /^endpoint watched-\w+ does not capture what it is asked: give deploy\.capture in the spec, and run it again$/,
  ],
  [
    'nothing that serves',
    async () => (await model({ spec: { deploy: { to: 'none' } } })).name,
    /^the model serves nowhere/,
  ],
  [
    'an endpoint that is gone',
    async () => (await model({ captures: undefined })).name,
    /^endpoint watched-\w+ is gone$/,
  ],
  [
    'no training split',
    async () => (await model({ data: { splits: {} } })).name,
    /has no training split that questions could be held against$/,
  ],
])('decides nothing where there is %s, and says so', async (_, named, reason) => {
  const found = await drift(await named());
  expect(found).toMatchObject({ due: false, reason: expect.stringMatching(reason) });
  expect(found).not.toHaveProperty('measure');
});
