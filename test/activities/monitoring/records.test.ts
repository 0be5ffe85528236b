import { expect, it } from 'vitest';
import { capturedRequest } from '../../../activities/monitoring/data-capture.ts';
import { loggedRequest, logRecord } from '../../../activities/monitoring/invocation-logs.ts';

const at = new Date('2026-11-25T17:04:05Z');
const base64 = (text: string) => ({ data: Buffer.from(text).toString('base64'), encoding: 'BASE64' });

function captured(input: object, output?: object, metadata: object = {}): string {
  return JSON.stringify({
    captureData: {
      endpointInput: { observedContentType: 'application/json', mode: 'INPUT', encoding: 'JSON', ...input },
      ...(output && { endpointOutput: { mode: 'OUTPUT', encoding: 'JSON', ...output } }),
    },
    eventMetadata: { eventId: 'e1', inferenceTime: '2026-11-25T17:04:05Z', ...metadata },
    eventVersion: '0',
  });
}

it('reads a line that an endpoint of SageMaker has written', () => {
  const line =
    '{"captureData":{"endpointInput":{"observedContentType":"text/csv","mode":"INPUT","data":"0.00632,18.00,2.310,0,0.5380,6.5750,65.20,4.0900,1,296.0,15.30,4.98","encoding":"CSV"},"endpointOutput":{"observedContentType":"text/csv; charset=utf-8","mode":"OUTPUT","data":"30.4133586884","encoding":"CSV"}},"eventMetadata":{"eventId":"8f45e35c-fa44-40d2-8ed3-1bcab3a596f3","inferenceTime":"2020-07-30T13:36:30Z"},"eventVersion":"0"}';
  expect(capturedRequest(line)).toEqual({
    exchanges: [
      {
        at: new Date('2020-07-30T13:36:30Z'),
        requestId: '8f45e35c-fa44-40d2-8ed3-1bcab3a596f3',
        row: 0,
        question: '0.00632,18.00,2.310,0,0.5380,6.5750,65.20,4.0900,1,296.0,15.30,4.98',
        answer: 30.4133586884,
      },
    ],
    own: false,
  });
});

it.each([
  ['a document', { data: '{"text":"good"}' }, { data: '{"label":"yes"}' }, [[{ text: 'good' }, { label: 'yes' }]]],
  [
    'lines in base64, as where nobody said that they are JSON',
    base64('{"text":"a"}\n{"text":"b"}\n'),
    base64('{"label":"x"}\n{"label":"y"}\n'),
    [
      [{ text: 'a' }, { label: 'x' }],
      [{ text: 'b' }, { label: 'y' }],
    ],
  ],
  [
    'a list of rows',
    { data: '[{"text":"a"},{"text":"b"}]' },
    { data: '[{"label":"x"},{"label":"y"}]' },
    [
      [{ text: 'a' }, { label: 'x' }],
      [{ text: 'b' }, { label: 'y' }],
    ],
  ],
  [
    'one row answered by a list',
    { data: '{"inputs":"a"}' },
    { data: '[{"p":1},{"p":2}]' },
    [[{ inputs: 'a' }, [{ p: 1 }, { p: 2 }]]],
  ],
  ['a vector, which is one row', { data: '[1,2,3]' }, { data: '[0.5]' }, [[[1, 2, 3], [0.5]]]],
  ['text', { observedContentType: 'text/plain', data: 'good\nbad' }, { data: '"yes"' }, [['good\nbad', 'yes']]],
])('reads the rows of %s', (_, input, output, rows) => {
  const { exchanges } = capturedRequest(captured(input, output));
  expect(exchanges.map(({ question, answer }) => [question, answer])).toEqual(rows);
  expect(exchanges.map(({ row }) => row)).toEqual(rows.map((__, row) => row));
});

it('keeps a question whose answer was not captured, or has other rows', () => {
  const lines = { data: '{"text":"a"}\n{"text":"b"}' };
  for (const line of [captured(lines), captured(lines, { data: '{"label":"x"}' })]) {
    for (const exchange of capturedRequest(line).exchanges) expect(exchange).not.toHaveProperty('answer');
  }
});

it("tells what a run has asked from callers' requests, and keeps the name that a caller gave one", () => {
  const asked = (inferenceId: string) => capturedRequest(captured({ data: '{}' }, undefined, { inferenceId }));
  expect(asked('temper/product-reviews/7f3a9c').own).toBe(true);
  expect(asked('order-17')).toMatchObject({ own: false, exchanges: [{ inferenceId: 'order-17', at }] });
});

it.each([
  ['{"captureData":{"endpointInput', 'Unterminated string'],
  ['{}', 'captureData: '],
  [captured({ data: '{}' }).replace('2026-11-25T17:04:05Z', 'yesterday'), 'eventMetadata.inferenceTime: '],
  [captured({ data: '{"text":' }), 'a body of application/json is not JSON'],
  ['{"captureData":{},"eventMetadata":{"eventId":"e","inferenceTime":"2026-11-25T17:04:05Z"}}', 'no endpointInput'],
])('says what is wrong with %s', (line, why) => {
  expect(() => capturedRequest(line)).toThrow(
    expect.objectContaining({ name: 'BrokenRecord', message: expect.stringContaining(why) }),
  );
});

function logged(input: unknown, output: unknown, more: object = {}) {
  const record = {
    schemaType: 'ModelInvocationLog',
    schemaVersion: '1.0',
    timestamp: '2026-11-25T17:04:05Z',
    accountId: '000000000000',
    region: 'us-east-1',
    requestId: 'r1',
    operation: 'Converse',
    modelId: 'arn:aws:bedrock:us-east-1:000000000000:custom-model-deployment/abc',
    input: { inputContentType: 'application/json', inputBodyJson: input, inputTokenCount: 1 },
    output: { outputContentType: 'application/json', outputBodyJson: output, outputTokenCount: 1 },
    ...more,
  };
  return loggedRequest(logRecord(JSON.stringify(record)), { input, output });
}

const user = [{ role: 'user', content: 'good?' }];

it.each([
  [
    'Converse, and Nova',
    { messages: [{ role: 'user', content: [{ text: 'good?' }] }], system: [{ text: 'be short' }] },
    { output: { message: { role: 'assistant', content: [{ text: 'yes' }] } }, stopReason: 'end_turn' },
    [{ role: 'system', content: 'be short' }, ...user],
  ],
  [
    'Claude',
    { messages: [{ role: 'user', content: 'good?' }], max_tokens: 9 },
    { content: [{ type: 'text', text: 'yes' }] },
    user,
  ],
  ['Titan', { inputText: 'good?' }, { results: [{ outputText: 'yes' }] }, user],
  ['Llama', { prompt: 'good?' }, { generation: 'yes' }, user],
  ['Cohere', { prompt: 'good?' }, { generations: [{ text: 'yes' }] }, user],
  ['an imported model', { messages: user }, { choices: [{ message: { role: 'assistant', content: 'yes' } }] }, user],
  [
    'a stream of Nova',
    { messages: user },
    [
      { messageStart: {} },
      { contentBlockDelta: { delta: { text: 'y' } } },
      { contentBlockDelta: { delta: { text: 'es' } } },
    ],
    user,
  ],
  [
    'a stream of Claude',
    { messages: user },
    [
      { type: 'message_start', message: { content: [] } },
      { type: 'content_block_delta', delta: { text: 'yes' } },
    ],
    user,
  ],
  ['a stream of Llama', { prompt: 'good?' }, [{ generation: 'y' }, { generation: 'es' }], user],
])('reads what %s was asked and answered', (_, input, output, messages) => {
  expect(logged(input, output).exchanges).toEqual([
    { at, requestId: 'r1', row: 0, question: { messages }, answer: 'yes' },
  ]);
});

it('reads the name that the caller gave the request, and whether a run has asked', () => {
  const asked = (requestMetadata: object) => logged({ messages: user }, undefined, { requestMetadata });
  expect(asked({ inferenceId: 'order-17' })).toMatchObject({ own: false, exchanges: [{ inferenceId: 'order-17' }] });
  expect(asked({ 'temper:run': 'temper/product-reviews/7f3a9c' }).own).toBe(true);
});

it('says that the log has no text, as where its delivery is switched off', () => {
  expect(() => logged(undefined, undefined)).toThrow('is textDataDeliveryEnabled set?');
  expect(() => logRecord('{"schemaType":"Other"}')).toThrow('schemaType: ');
});
