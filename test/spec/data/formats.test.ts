import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { answerOf, canonicalLine, type Example, questionOf } from '../../../spec/data/examples.ts';
import { type Columns, detectFormat, FORMAT_NAMES, type Format, shapeOf } from '../../../spec/data/formats.ts';
import { exampleReader } from '../../../spec/data/read-example.ts';

const read = (format: Format, row: Record<string, unknown>, columns: Columns = {}) =>
  exampleReader(shapeOf(format, columns))(row);

const turns = (...contents: string[]) =>
  contents.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));

describe('rows become examples', () => {
  it.each<[Format, Record<string, unknown>, Example]>([
    ['classification', { text: 'a', label: 'x', id: 7 }, { kind: 'classification', text: 'a', label: 'x' }],
    ['classification', { text: 'a', label: 5 }, { kind: 'classification', text: 'a', label: '5' }],
    ['classification', { text: 'a', label: 5n }, { kind: 'classification', text: 'a', label: '5' }],
    ['completion', { prompt: 'a', completion: 'b' }, { kind: 'completion', prompt: 'a', completion: 'b' }],
    [
      'completion',
      { system: 's', prompt: 'a', completion: 'b' },
      { kind: 'completion', system: 's', prompt: 'a', completion: 'b' },
    ],
    [
      'alpaca',
      { instruction: 'Add.', input: '1 and 2', output: '3' },
      { kind: 'completion', prompt: 'Add.\n\n1 and 2', completion: '3' },
    ],
    [
      'alpaca',
      { instruction: 'Sing.', input: '', output: 'la' },
      { kind: 'completion', prompt: 'Sing.', completion: 'la' },
    ],
    ['chat', { messages: turns('a', 'b') }, { kind: 'chat', messages: turns('a', 'b') } as Example],
    [
      'chat',
      {
        messages: [
          { role: 'system', content: '' },
          { role: 'developer', content: 's' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'a' },
              { type: 'text', text: 'b' },
            ],
            name: 'me',
          },
          { role: 'assistant', content: 'c', weight: 1, tool_calls: [] },
        ],
      },
      {
        kind: 'chat',
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'ab' },
          { role: 'assistant', content: 'c' },
        ],
      },
    ],
    [
      'sharegpt',
      {
        system: 's',
        conversations: [
          { from: 'human', value: 'a' },
          { from: 'gpt', value: 'b' },
        ],
      },
      {
        kind: 'chat',
        messages: [{ role: 'system', content: 's' }, ...turns('a', 'b')],
      } as Example,
    ],
    ['text', { text: 'a', url: 'x' }, { kind: 'text', text: 'a' }],
    ['input', { input: 'a' }, { kind: 'text', text: 'a' }],
    [
      'chat',
      {
        schemaVersion: 'bedrock-conversation-2024',
        system: [{ text: 's' }],
        messages: [
          { role: 'user', content: [{ text: 'a' }, { text: 'b' }] },
          { role: 'assistant', content: [{ text: 'c' }] },
        ],
      },
      { kind: 'chat', messages: [{ role: 'system', content: 's' }, ...turns('ab', 'c')] } as Example,
    ],
    [
      'chat',
      { system: 's', messages: turns('a', 'b') },
      { kind: 'chat', messages: [{ role: 'system', content: 's' }, ...turns('a', 'b')] } as Example,
    ],
    [
      'prompts',
      { messages: turns('a'), reference_answer: { steps: [1] }, difficulty: 'easy' },
      {
        kind: 'prompt',
        messages: turns('a'),
        reference_answer: { steps: [1] },
        metadata: { difficulty: 'easy' },
      } as Example,
    ],
  ])('of %s', (format, row, example) => {
    expect(read(format, row)).toEqual(example);
    expect(detectFormat([row], { columns: {} })).toBe(format);
  });

  it.each<[what: string, row: Record<string, unknown>, example: object]>([
    ['a prompt', { prompt: 'a' }, { messages: turns('a') }],
    [
      'a prompt with an answer and a system prompt',
      { system: 's', prompt: 'a', completion: 'b', id: 7 },
      {
        messages: [{ role: 'system', content: 's' }, ...turns('a')],
        reference_answer: 'b',
        metadata: { id: 7 },
      },
    ],
    ['a conversation', { messages: turns('a', 'b', 'c') }, { messages: turns('a', 'b', 'c') }],
    ['one that is answered', { messages: turns('a', 'b') }, { messages: turns('a'), reference_answer: 'b' }],
    [
      'one whose reference is another than its answer',
      { messages: turns('a', 'b'), reference_answer: 'c' },
      { messages: turns('a'), reference_answer: 'c' },
    ],
  ])('of prompts: %s', (_, row, example) => {
    expect(read('prompts', row)).toEqual({ kind: 'prompt', ...example });
  });

  it('without answers only where they may lack them', () => {
    const detected = (row: Record<string, unknown>) => [
      detectFormat([row], { columns: {} }),
      detectFormat([row], { columns: {}, answers: 'optional' }),
    ];
    expect(detected({ prompt: 'a' })).toEqual(['completion', 'prompts']);
    expect(detected({ messages: turns('a') })).toEqual(['chat', 'prompts']);
    expect(detected({ messages: turns('a', 'b') })).toEqual(['chat', 'chat']);
    expect(detected({ prompt: 'a', completion: 'b' })).toEqual(['completion', 'completion']);
    expect(detected({ input: 'a', output: 'b' })).toEqual(['alpaca', 'alpaca']);
    expect(
      detectFormat([{ question: 'a', ref: 'b' }], { columns: { prompt: 'question', reference_answer: 'ref' } }),
    ).toBe('prompts');
  });

  it('by the columns that are named', () => {
    const columns = { text: 'review', label: 'stars' };
    expect(read('classification', { review: 'so good ', stars: 5 }, columns)).toEqual({
      kind: 'classification',
      text: 'so good ',
      label: '5',
    });
  });
});

describe('rows that cannot be used', () => {
  it.each<[Format, Record<string, unknown>, string, string]>([
    ['classification', { label: 'x' }, 'missing_field', 'field "text" is missing'],
    ['classification', { text: 'a' }, 'missing_field', 'field "label" is missing'],
    ['classification', { text: 5, label: 'x' }, 'wrong_type', 'field "text" is not text'],
    ['classification', { text: 'a', label: true }, 'wrong_type', 'field "label" is not text'],
    ['classification', { text: 'a', label: null }, 'wrong_type', 'field "label" is not text'],
    ['classification', { text: ' \t', label: 'x' }, 'empty', 'field "text" is empty'],
    ['classification', { text: '\u00a0', label: 'x' }, 'empty', 'field "text" is empty'],
    ['classification', { text: 'a', label: '' }, 'empty', 'field "label" is empty'],
    [
      'classification',
      { text: 'a\0b', label: 'x' },
      'invalid_text',
      'field "text" holds a NUL or half of a surrogate pair',
    ],
    ['text', { text: 'a\ud83d' }, 'invalid_text', 'field "text" holds a NUL or half of a surrogate pair'],
    ['completion', { prompt: 'a', completion: '' }, 'empty', 'field "completion" is empty'],
    ['alpaca', { instruction: 'a', input: 5, output: 'b' }, 'wrong_type', 'field "input" is not text'],
    ['input', { text: 'a' }, 'missing_field', 'field "input" is missing'],
    ['prompts', { question: 'a' }, 'missing_field', 'field "prompt" is missing'],
    [
      'prompts',
      { messages: [{ role: 'system', content: 's' }] },
      'no_question',
      'the conversation has no question of the user to answer',
    ],
    [
      'chat',
      { messages: [{ role: 'user', content: [{ text: 'a' }, { image: { format: 'png' } }] }] },
      'unsupported',
      'a message holds something else than text',
    ],
    ['chat', { system: [{ cachePoint: {} }], messages: turns('a', 'b') }, 'wrong_type', 'field "system" is not text'],
    ['chat', { messages: 'a' }, 'wrong_type', 'field "messages" is not a list of messages'],
    ['chat', { messages: ['a'] }, 'wrong_type', 'a message is not an object'],
    ['chat', { messages: [] }, 'no_answer', 'the conversation does not end with an answer of the assistant'],
    [
      'chat',
      { messages: turns('a', 'b', 'c') },
      'no_answer',
      'the conversation does not end with an answer of the assistant',
    ],
    [
      'chat',
      { messages: [{ role: 'bot', content: 'a' }] },
      'wrong_role',
      'the "role" of a message is not one of system, developer, user, assistant',
    ],
    ['chat', { messages: turns('a', '') }, 'empty', 'the "content" of a message is empty'],
    ['chat', { messages: [{ role: 'user' }] }, 'wrong_type', 'the "content" of a message is not text'],
    ['chat', { messages: [{ role: 'tool', content: 'a' }] }, 'unsupported', 'the conversation holds calls of tools'],
    [
      'chat',
      { messages: [{ role: 'assistant', content: null, tool_calls: [{ id: 'x' }] }] },
      'unsupported',
      'the conversation holds calls of tools',
    ],
    [
      'chat',
      { messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'x' } }] }] },
      'unsupported',
      'a message holds something else than text',
    ],
  ])('%s %j', (format, row, code, message) => {
    expect(read(format, row)).toMatchObject({ code, message, fix: expect.stringMatching(/./) });
  });

  it('are told with the fields that they have instead, and shortened values', () => {
    expect(read('classification', { sentence: 'a', label: 'x' })).toMatchObject({
      value: 'fields sentence, label',
      fix: expect.stringContaining('data.columns.text'),
    });
    expect(read('chat', { messages: [...turns('a', 'b'), { role: 'x'.repeat(500) }] })).toMatchObject({
      value: expect.stringMatching(/^messages\[2\]: "x{59}…$/),
    });
  });

  it('do not take inherited properties for fields', () => {
    expect(read('text', { label: 'x' }, { text: 'toString' })).toMatchObject({ code: 'missing_field' });
  });
});

describe('the format of rows', () => {
  it('is that of most, so that a broken first row does not decide', () => {
    const rows = [{ text: 'no label' }, { text: 'a', label: 'x' }, { text: 'b', label: 'y' }];
    expect(detectFormat(rows, { columns: {} })).toBe('classification');
  });

  it.each<[Record<string, unknown>, Columns, Format | undefined]>([
    [{ text: 'a', lable: 'x' }, {}, 'classification'],
    [{ sentence: 'a', label: 'x' }, {}, 'classification'],
    [{ review: 'a', stars: 1 }, { text: 'review', label: 'stars' }, 'classification'],
    [{ review: 'a' }, { text: 'review' }, 'text'],
    [{ q: 'a', a: 'b' }, { completion: 'a' }, 'completion'],
    [{ question: 'a', answer: 'b' }, {}, undefined],
  ])('%j with columns %j', (row, columns, format) => {
    expect(detectFormat([row], { columns })).toBe(format);
  });
});

const text = fc.string({ minLength: 1, unit: 'grapheme' }).filter((value) => value.trim() !== '');
const example: fc.Arbitrary<Example> = fc.oneof(
  fc.record({ kind: fc.constant('classification' as const), text, label: text }),
  fc.record({ kind: fc.constant('text' as const), text }),
  fc
    .record({ prompt: text, completion: text, system: fc.option(text, { nil: undefined }) })
    .map(({ system, ...rest }) => ({
      kind: 'completion' as const,
      ...(system === undefined ? {} : { system }),
      ...rest,
    })),
  fc.array(fc.record({ role: fc.constantFrom('user' as const, 'system' as const), content: text })).chain((messages) =>
    text.map((content) => ({
      kind: 'chat' as const,
      messages: [...messages, { role: 'assistant' as const, content }],
    })),
  ),
  fc
    .record(
      {
        content: text,
        reference_answer: fc.oneof(text, fc.record({ steps: fc.array(fc.integer()) })),
        metadata: fc.record({ id: fc.integer() }),
      },
      { requiredKeys: ['content', 'reference_answer'] },
    )
    .map(({ content, ...rest }) => ({
      kind: 'prompt' as const,
      messages: [{ role: 'user' as const, content }],
      ...rest,
    })),
);

it('examples are one line each as scripts find them, and are the same when read again', () => {
  fc.assert(
    fc.property(example, (given) => {
      const line = canonicalLine(given);
      expect(line.slice(0, -1)).not.toMatch(/[\n\r\u0085\u2028\u2029]/);
      const row = JSON.parse(line);
      const format = FORMAT_NAMES.find((name) => name === given.kind) ?? 'prompts';
      expect(exampleReader(shapeOf(format, {}))(row)).toEqual(given);
      expect(detectFormat([row], { columns: {} })).toBe(format);
    }),
  );
});

it('an answer is no part of the question', () => {
  const chat = (answer: string): Example => ({
    kind: 'chat',
    messages: [
      { role: 'user', content: 'Sing!' },
      { role: 'assistant', content: answer },
    ],
  });
  expect(questionOf(chat('la'))).toBe(questionOf(chat('lo')));
  expect(answerOf(chat('la'))).toBe('la');
});
