/** Which rows a data set may have, and what is told of those that it may not. */
import type { ApplicationFailure } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkData } from '../../../activities/data/check/check-data.ts';
import { normalise } from '../../../spec/data/examples.ts';
import type { SpecInput } from '../../../spec/spec.ts';
import { failureOf } from '../../support/activities.ts';
import { directory, lines, objects, prepare, rowsOf, s3, specOf, untested, write } from '../../support/data-project.ts';

const chats = (count: number): object[] =>
  Array.from({ length: count }, (_, i) => ({
    messages: [
      { role: 'user', content: `question ${i}` },
      { role: 'assistant', content: `answer ${i}` },
    ],
  }));

describe('examples that are not classified', () => {
  it('are plain texts, where nothing is evaluated', async () => {
    await write('notes.txt', 'one\n\ntwo\nthree\n');
    const data = { source: 'notes.txt', split: { test: 0 } };
    const prepared = await prepare(specOf(data, untested));
    expect(prepared.data).toMatchObject({ kind: 'text', labels: [], splits: { train: { rows: 3 } } });
    const failure = await failureOf(prepare(specOf({ ...data, split: { test: 0.4 } })));
    expect(failure).toMatchObject({
      type: 'InvalidSpec',
      message:
        'evaluate: plain text holds no answers to score; leave evaluate and gate out, and watch the metrics of the job',
    });
  });

  it('are not scored by metrics that need labels', async () => {
    await write('rows.jsonl', lines(...chats(10)));
    const rest = {
      evaluate: { metrics: ['accuracy', 'token_f1'] },
      gate: ['f1_macro > 0.5'],
    } satisfies Partial<SpecInput>;
    const failure = await failureOf(prepare(specOf({ source: 'rows.jsonl' }, rest)));
    expect(failure).toMatchObject({ type: 'InvalidSpec', nonRetryable: true });
    expect(failure.message.split('\n')).toEqual([
      'evaluate.metrics.0: accuracy does not fit chat examples; these do: exact_match, token_f1, rouge_l, bleu, json_valid, json_schema',
      'gate.0: f1_macro does not fit chat examples; these do: exact_match, token_f1, rouge_l, bleu, json_valid, json_schema',
    ]);
    expect(await objects()).toEqual([]);
  });

  it('are of one kind in all splits', async () => {
    await write('train.jsonl', lines(...rowsOf(4)));
    await write('test.jsonl', lines(...chats(4)));
    const failure = await failureOf(prepare(specOf({ train: 'train.jsonl', test: 'test.jsonl' })));
    expect(failure).toMatchObject({
      type: 'InvalidData',
      message:
        'test.jsonl: train.jsonl holds classification examples and test.jsonl chat; all splits must be of one kind',
    });
  });

  it('are held together by a field of the source, which every row has', async () => {
    const rows = chats(40).map((row, i) => ({ ...row, customer: `c${i % 8}` }));
    await write('rows.jsonl', lines(...rows));
    const spec = specOf({ source: 'rows.jsonl', split: { test: 0.25, by: 'customer' } });
    const { data } = await prepare(spec);
    expect(data.splits).toMatchObject({ train: { rows: 30 }, test: { rows: 10 } });
    await write('rows.jsonl', lines(...rows, ...chats(1)));
    const failure = await failureOf(prepare(spec));
    expect(failure.message).toContain('field "customer" is missing or empty (1): add it, or name the field');
  });
});

describe('data that cannot be used', () => {
  it('is told of all at once, grouped, with places, before anything is sent', async () => {
    const broken = Buffer.concat([
      Buffer.from('{"text": "caf'),
      Buffer.from([0xe9]),
      Buffer.from('", "label": "x"}\n'),
    ]);
    await write('data/a.jsonl', Buffer.concat([Buffer.from(lines(...rowsOf(3))), broken, Buffer.from('{"text": \n')]));
    await write('data/b.jsonl', lines(...Array.from({ length: 8 }, () => ({ text: 'no label' }))));
    const failure = await failureOf(prepare(specOf({ source: 'data' })));
    expect(failure).toMatchObject({ type: 'InvalidData', nonRetryable: true });
    expect(failure.message).toBe(
      [
        '10 of 13 rows cannot be used',
        '  the line is not valid UTF-8 (1): save the file as UTF-8',
        '    data/a.jsonl:4  "{\\"text\\": \\"café\\", \\"label\\": \\"x\\"}"',
        '  the line is not valid JSON (1): write one complete JSON object a line',
        '    data/a.jsonl:5  "{\\"text\\":"',
        '  field "label" is missing (8): add it, or name the field that holds the label in data.columns.label',
        '    data/b.jsonl:1  fields text',
        '    data/b.jsonl:2  fields text',
        '    data/b.jsonl:3  fields text',
        '    and 5 more',
      ].join('\n'),
    );
    expect(failure.details).toMatchObject([{ count: 10, first: { length: 5 } }]);
    expect(await objects()).toEqual([]);
  });

  it('is UTF-16, named as what it is', async () => {
    await write('rows.jsonl', Buffer.from(lines(...rowsOf(4)), 'utf16le'));
    const failure = await failureOf(prepare(specOf({ source: 'rows.jsonl' })));
    expect(failure.message).toContain('it looks like UTF-16 or a binary file');
  });

  it('has a text on both sides of given splits', async () => {
    await write('train.jsonl', lines({ text: 'a', label: '0' }, { text: 'Very good', label: '1' }));
    await write('test.jsonl', lines({ text: 'c', label: '0' }, { text: 'very  good', label: '1' }));
    const failure = await failureOf(prepare(specOf({ train: 'train.jsonl', test: 'test.jsonl' })));
    expect(failure).toMatchObject({ type: 'InvalidData', nonRetryable: true });
    expect(failure.message).toContain('test.jsonl:2  "very  good" is at train.jsonl:2');
  });

  it('has labels to test with that were not trained on', async () => {
    await write('train.jsonl', lines({ text: 'a', label: '0' }, { text: 'b', label: '1' }));
    const strangers = Array.from({ length: 11 }, (_, i) => ({ text: `d${i}`, label: `other ${i}` }));
    await write('test.jsonl', lines({ text: 'c', label: '0' }, ...strangers, { text: 'e', label: 'other 0' }));
    const failure = await failureOf(prepare(specOf({ train: 'train.jsonl', test: 'test.jsonl' })));
    expect(failure).toMatchObject({ type: 'InvalidData', nonRetryable: true });
    const told = failure.message.split('\n');
    expect(told.slice(0, 3)).toEqual([
      '12 of 13 rows cannot be used',
      '  the label "other 0" does not stand in the training split (2): add rows of it to data.train, or correct it',
      '    test.jsonl:2  "d0"',
    ]);
    expect(told.at(-1)).toBe('  and 1 other problems');
  });

  it('has one label to train on, whatever there is to test with', async () => {
    await write('train.jsonl', lines({ text: 'a', label: '0' }, { text: 'b', label: '0' }));
    await write('validation.jsonl', lines({ text: 'c', label: '1' }));
    const failure = await failureOf(
      prepare(specOf({ train: 'train.jsonl', validation: 'validation.jsonl' }, untested)),
    );
    expect(failure).toMatchObject({
      type: 'InvalidData',
      message: expect.stringMatching(/^train\.jsonl: all rows carry the label "0"; /),
    });
  });

  it('has a row to test with that no request can hold', async () => {
    const row = (bytes: number): string => '\u00e9'.repeat((bytes - '{"text":""}\n'.length) / 2);
    await write('train.jsonl', lines({ text: row(6e6), label: 'odd' }, ...rowsOf(4)));
    await write('test.jsonl', lines({ text: row(5e6), label: 'odd' }, { text: row(5e6 + 2), label: 'odd' }));
    const told = '    test.jsonl:2  5.0 MB: "ééé';
    const failure = await failureOf(prepare(specOf({ train: 'train.jsonl', test: 'test.jsonl' })));
    expect(failure).toMatchObject({ type: 'InvalidData', message: expect.stringContaining(told) });
    expect(failure.message).toContain('1 of 2 rows cannot be used');

    const source = await failureOf(prepare(specOf({ source: 'train.jsonl' })));
    expect(source.message).toContain('the text is larger than 5 MB');
    const { data } = await prepare(specOf({ source: 'train.jsonl', split: { test: 0 } }, untested));
    expect(data.splits.train?.rows).toBe(5);
  });

  it('has an id for a label', async () => {
    const rows = (count: number) => Array.from({ length: count }, (_, i) => ({ text: `sentence ${i}`, id: i }));
    await write('rows.jsonl', lines(...rows(1001)));
    const failure = await failureOf(prepare(specOf({ source: 'rows.jsonl', columns: { label: 'id' } })));
    expect(failure).toMatchObject({
      type: 'InvalidData',
      message: 'rows.jsonl:1001  more than 1000 labels, this one is "1000"; is data.columns.label, "id", an id?',
    });
    await write('rows.jsonl', lines(...rows(1000)));
    const { data } = await prepare(
      specOf({ source: 'rows.jsonl', columns: { label: 'id' }, split: { test: 0 } }, untested),
    );
    expect(data.labels).toHaveLength(1000);
  });

  it.each([
    ['', 'rows.jsonl: there are no rows'],
    [
      lines({ text: 'a', label: 'x' }, { text: 'b', label: 'x' }, { text: 'c', label: 'x' }),
      'all rows carry the label "x"',
    ],
    [lines({ text: 'a', label: 'x' }, { text: 'b', label: 'y' }), '2 distinct rows leave none for test'],
  ])('is too little: %j', async (content, message) => {
    await write('rows.jsonl', content);
    const failure = await failureOf(prepare(specOf({ source: 'rows.jsonl' })));
    expect(failure).toMatchObject({ type: 'InvalidData', message: expect.stringContaining(message) });
  });
});

it('takes what temper check takes, and refuses what it refuses', async () => {
  const text = fc.constantFrom('a', 'A ', 'b', 'c', 'd', 'e', 'f');
  // A text under two labels leaves open which of them is kept.
  const good = text.map((one) => ({ text: one, label: 'abc'.includes(normalise(one)) ? 'x' : 'y' }));
  const bad = fc.constantFrom<object>({ text: 'a' }, { text: '', label: 'x' }, { text: 1, label: 'x' });
  const row = fc.oneof({ weight: 30, arbitrary: good }, { weight: 1, arbitrary: bad });
  const rows = fc.array(row, { minLength: 1, maxLength: 12 });
  const data = fc.oneof(
    fc.record({ source: rows, test: fc.constantFrom(0.1, 0.3), validation: fc.constantFrom(0, 0.2) }),
    fc.record({ train: rows, test: rows }),
  );
  const signal = new AbortController().signal;
  await fc.assert(
    fc.asyncProperty(data, async (given) => {
      const isSource = 'source' in given;
      await write('one.jsonl', lines(...(isSource ? given.source : given.train)));
      if (!isSource) await write('test.jsonl', lines(...given.test));
      const spec = specOf(
        isSource
          ? { source: 'one.jsonl', split: { test: given.test, validation: given.validation } }
          : { train: 'one.jsonl', test: 'test.jsonl' },
      );
      const { ok, errors } = await checkData(spec.data, { directory, s3: () => s3, signal });
      const failure = await prepare(spec).then(
        () => undefined,
        (error: ApplicationFailure) => error,
      );
      expect([ok, failure?.message, errors]).toEqual([failure === undefined, failure?.message, errors]);
    }),
    { numRuns: 60 },
  );
});
