import { randomUUID } from 'node:crypto';
import { expect, it } from 'vitest';
import type { LiveMetric } from '../../../spec/monitoring/live.ts';
import { type SpecInput, specSchema } from '../../../spec/spec.ts';
import { account, once, pipeline } from '../../support/activities.ts';
import { put, watchedModel } from '../../support/watched.ts';

const trained = [
  { text: 'fine', label: 'good' },
  { text: 'awful', label: 'bad' },
];
/** The served model says good of everything. */
const asked = (count: number, idOf?: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => ({
    asked: { text: `Review  number ${i}` },
    answered: { label: 'good' },
    ...(idOf && { inferenceId: idOf(i) }),
  }));

const labels = (rows: readonly object[] | string) => put(`labels-${randomUUID()}/late.jsonl`, rows);

function live(
  name: string,
  liveMetric: Partial<LiveMetric> & { labels: string },
  data: Partial<SpecInput['data']> = {},
) {
  const spec = specSchema.parse({
    name,
    data: { source: 's3://bucket/data.jsonl', ...data },
    train: { engine: 'sagemaker', script: 'train.py' },
  });
  const at = new Date().toISOString();
  const input = {
    name,
    account,
    spec,
    at,
    liveMetric: { rule: 'accuracy < 0.80', minRows: 10, window: '7d', confidence: 0.95, ...liveMetric },
  };
  return once(pipeline.liveEvidence, input);
}

it('scores what was answered by labels of the same questions, in the fields of the data', async () => {
  const { name, captured } = await watchedModel({ trained });
  await captured(asked(40));
  const right = (count: number) =>
    Array.from({ length: 30 }, (_, i) => ({ review: `review number ${i}`, mark: i < count ? 'good' : 'bad' }));
  const columns = { text: 'review', label: 'mark' };
  expect(await live(name, { labels: await labels(right(18)) }, { columns })).toMatchObject({
    due: true,
    reason: expect.stringMatching(
      /^accuracy 0\.6000 is < 0\.8000 with 95 % confidence: at most 0\.7\d\d\d, of 30 labelled answers since the hand-over \(.* UTC\) \(10 answers without a label\)$/,
    ),
    metrics: { accuracy: 18 / 30 },
    bounds: { upper: expect.closeTo(0.74, 1) },
    joined: 30,
    labels: 30,
    unlabelled: 10,
    unmatched: 0,
    champion: { version: 1, serves: name },
    traffic: { requests: 40 },
  });
  // Seven in ten that are right come, of thirty, from eight in ten as well.
  const noise = await live(name, { labels: await labels(right(22)) }, { columns });
  expect(noise).toMatchObject({
    due: false,
    reason: expect.stringMatching(
      /^accuracy 0\.7333 is < 0\.8000, but not with 95 % confidence: at most 0\.8\d\d\d, of 30 labelled answers/,
    ),
  });
  const good = await live(name, { labels: await labels(right(30)) }, { columns });
  expect(good.reason).toMatch(/^accuracy 1\.0000 is not < 0\.8000 with 95 % confidence: at most 1\.0000, of 30/);
});

it('takes many answers to one question for one, as one label tells of them all', async () => {
  const { name, captured } = await watchedModel({ trained });
  const often = Array.from({ length: 200 }, () => ({ asked: { text: 'again' }, answered: { label: 'good' } }));
  await captured([...often, ...asked(11)]);
  const rows = Array.from({ length: 11 }, (_, i) => ({ text: `review number ${i}`, label: 'good' }));
  const address = await labels([{ text: 'again', label: 'bad' }, ...rows]);
  expect(await live(name, { labels: address })).toMatchObject({
    due: false,
    joined: 211,
    labels: 12,
    metrics: { accuracy: 11 / 211 },
    reason: expect.stringMatching(
      /^accuracy 0\.0521 is < 0\.8000, but not with 95 % confidence: .* answers by 12 labels /,
    ),
  });
  expect((await live(name, { labels: address, minRows: 13 })).reason).toMatch(
    /^211 captured answers since .* with one of 12 labels are too few to tell accuracy: at least 13 are wanted/,
  );
});

it('scores by the id that the caller gave, which goes before the question; the last label counts', async () => {
  const { name, captured } = await watchedModel({ trained });
  await captured(asked(20, (i) => `order-${i}`));
  const rows = [
    ...Array.from({ length: 20 }, (_, i) => ({ text: `review number ${i}`, label: 'good' })),
    ...Array.from({ length: 20 }, (_, i) => ({ inferenceId: `order-${i}`, label: 'good' })),
    ...Array.from({ length: 10 }, (_, i) => ({ inferenceId: `order-${i}`, label: 'bad' })),
  ];
  expect(await live(name, { labels: await labels(rows) })).toMatchObject({
    due: true,
    joined: 20,
    metrics: { accuracy: 0.5 },
    unmatched: 20,
  });
});

it('decides nothing on labels that match nothing, are too few, or are not there, and says so', async () => {
  const { name, captured } = await watchedModel({ trained });
  await captured(asked(20));
  const others = Array.from({ length: 12 }, (_, i) => ({ text: `another one, ${i}`, label: 'bad' }));
  expect(await live(name, { labels: await labels(others) })).toMatchObject({
    due: false,
    reason: expect.stringMatching(
      /^0 captured answers since .* with a label are too few to tell accuracy: at least 10 are wanted \(20 answers without a label, 12 labels without an answer\); more will come with time$/,
    ),
  });
  const few = [{ text: 'review number 3', label: 'bad' }];
  expect((await live(name, { labels: await labels(few) })).reason).toMatch(
    /^1 captured answer since .* with a label is too few/,
  );
  expect(await live(name, { labels: `s3://${account.bucket}/nowhere/` })).toMatchObject({ due: false, joined: 0 });
});

it('leaves out rows of the labels that cannot be read, and tells them with the first', async () => {
  const { name, captured } = await watchedModel({ trained });
  await captured(asked(12));
  const good = Array.from({ length: 12 }, (_, i) => JSON.stringify({ text: `review number ${i}`, label: 'good' }));
  const address = await labels(
    [good[0], '{"text": "review number 1"', '{"text": "review number 2"}', ...good].join('\n'),
  );
  expect(await live(name, { labels: address })).toMatchObject({
    due: false,
    joined: 12,
    unread: 2,
    firstUnread: expect.stringContaining(`${address}:2  `),
    reason: expect.stringMatching(/^accuracy 1\.0000 is not < 0\.8000 .* \(2 rows of the labels could not be read\)$/),
  });
});

it('says where nothing is captured', async () => {
  const { name } = await watchedModel({ trained, captures: false });
  const found = await live(name, { labels: await labels(trained) });
  expect(found).toMatchObject({ due: false, reason: expect.stringContaining('does not capture what it is asked') });
});
