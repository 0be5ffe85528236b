import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { changesSince, type DataObject, type SeenObject } from '../../../spec/retraining/data-change.ts';

const object = (name: string, rows: number, more: Partial<SeenObject> = {}): SeenObject => ({
  object: `s3://bucket/${name}`,
  etag: `etag of ${name}, ${rows} rows`,
  bytes: 10 * rows,
  rows,
  sha256: `hash of ${rows}`,
  ...more,
});

const A = object('a.jsonl', 100);

it.each<[string, DataObject[], SeenObject[], { rows: number; bytes: number; how: string[] }]>([
  ['nothing has changed', [A], [A], { rows: 0, bytes: 0, how: [] }],
  ['all is new where nothing was before', [], [A], { rows: 100, bytes: 1000, how: ['new'] }],
  ['an object came', [A], [A, object('b.jsonl', 20)], { rows: 20, bytes: 200, how: ['new'] }],
  [
    'rows were appended',
    [A],
    [object('a.jsonl', 130, { beginsAsBefore: true })],
    { rows: 30, bytes: 300, how: ['grown'] },
  ],
  [
    'an object was rewritten and is larger now',
    [A],
    [object('a.jsonl', 130, { beginsAsBefore: false })],
    { rows: 130, bytes: 1300, how: ['rewritten'] },
  ],
  [
    'an object was rewritten in its length',
    [A],
    [object('a.jsonl', 100, { etag: 'other', sha256: 'other', beginsAsBefore: false })],
    { rows: 100, bytes: 1000, how: ['rewritten'] },
  ],
  ['an object was cut', [A], [object('a.jsonl', 40)], { rows: 40, bytes: 400, how: ['rewritten'] }],
  ['an object is gone', [A, object('b.jsonl', 20)], [A], { rows: 20, bytes: 200, how: ['gone'] }],
  [
    'an object was uploaded again',
    [A],
    [object('a.jsonl', 100, { etag: 'in parts', beginsAsBefore: true })],
    { rows: 0, bytes: 0, how: [] },
  ],
  ['an object has another name', [A], [object('c.jsonl', 100)], { rows: 0, bytes: 0, how: [] }],
])('%s', (_, before, now, { how, ...amounts }) => {
  const change = changesSince(before, now);
  expect(change).toMatchObject({ ...amounts, objects: how.length });
  expect(change.largest.map((each) => each.how)).toEqual(how);
});

describe('where objects are not read', () => {
  const unread = (name: string, bytes: number): SeenObject => ({ object: name, etag: `${bytes}`, bytes });

  it('counts what has grown by what it has grown, and says nothing of rows', () => {
    const change = changesSince([unread('a', 1000)], [unread('a', 1300), unread('b', 50)]);
    expect(change).toMatchObject({ bytes: 350, objects: 2 });
    expect(change).not.toHaveProperty('rows');
  });

  it('knows one that has only another name by its ETag', () => {
    expect(changesSince([unread('a', 1000)], [unread('c', 1000)])).toMatchObject({ bytes: 0, objects: 0 });
  });

  it('counts a smaller one whole: it was rewritten', () => {
    expect(changesSince([unread('a', 1000)], [unread('a', 900)]).bytes).toBe(900);
  });
});

const objects = fc.uniqueArray(
  fc.record({ name: fc.stringMatching(/^[a-z]{1,3}$/), rows: fc.integer({ min: 0, max: 1000 }) }),
  { selector: ({ name }) => name, maxLength: 30 },
);

it('data is no change of itself, and its objects may come in any order', () => {
  fc.assert(
    fc.property(objects, (some) => {
      const now = some.map(({ name, rows }) => object(name, rows, { sha256: name }));
      expect(changesSince(now, now.toReversed())).toEqual({ rows: 0, bytes: 0, objects: 0, largest: [] });
    }),
  );
});

it('what goes counts as much as what comes, and no more than ten changes are listed', () => {
  fc.assert(
    fc.property(objects, (some) => {
      const now = some.map(({ name, rows }) => object(name, rows, { sha256: name }));
      const [came, gone] = [changesSince([], now), changesSince(now, [])];
      expect([came.rows, came.bytes, came.objects]).toEqual([gone.rows, gone.bytes, gone.objects]);
      expect(came.largest.length).toBeLessThanOrEqual(10);
    }),
  );
});
