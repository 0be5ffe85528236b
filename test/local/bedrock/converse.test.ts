import {
  CreateCustomModelDeploymentCommand,
  CreateProvisionedModelThroughputCommand,
  GetCustomModelDeploymentCommand,
} from '@aws-sdk/client-bedrock';
import {
  ConverseCommand,
  type ConverseCommandInput,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime';
import { expect, test } from 'vitest';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { conversations, ownBedrock, type World } from './support.ts';

const NOVA = 'amazon.nova-lite-v1:0';
const ASKED = 'the battery died after a week';
const ANSWER = `I stand in for ${NOVA} on a laptop and have learned nothing of the, battery, died, after, week.`;

/** Where the families have the text of a part. */
interface Chunk {
  readonly contentBlockDelta?: { readonly delta: { readonly text: string } };
  readonly outputText?: string;
  readonly generation?: string;
  readonly delta?: { readonly text?: string };
  readonly text?: string;
  readonly 'amazon-bedrock-invocationMetrics'?: object;
}

const turn = (role: 'user' | 'assistant', text: string) => ({ role, content: [{ text }] });

function converse({ runtime }: World, more: Partial<ConverseCommandInput> = {}) {
  return runtime.send(new ConverseCommand({ modelId: NOVA, messages: [turn('user', ASKED)], ...more }));
}

test('Converse answers with what it cost, by every name of a base model', async () => {
  const world = await ownBedrock();
  const answer = await converse(world);
  expect(answer.output?.message).toEqual(turn('assistant', ANSWER));
  expect(answer).toMatchObject({
    stopReason: 'end_turn',
    usage: { inputTokens: 7, outputTokens: 34, totalTokens: 41 },
    metrics: { latencyMs: expect.any(Number) },
  });
  for (const modelId of [
    `us.${NOVA}`,
    `arn:aws:bedrock:us-east-1::foundation-model/${NOVA}`,
    `arn:aws:bedrock:us-east-1:000000000000:inference-profile/us.${NOVA}`,
  ]) {
    expect((await converse(world, { modelId })).output?.message).toEqual(answer.output?.message);
  }
});

test('an answer ends where it may go no further', async () => {
  const world = await ownBedrock();
  const short = await converse(world, { inferenceConfig: { maxTokens: 5 } });
  expect(short.output?.message?.content?.[0]?.text).toBe('I stand in for amazon');
  expect(short).toMatchObject({ stopReason: 'max_tokens', usage: { outputTokens: 5 } });
  const stopped = await converse(world, { inferenceConfig: { stopSequences: ['nothing', ' on a'] } });
  expect(stopped.output?.message?.content?.[0]?.text).toBe(`I stand in for ${NOVA}`);
  expect(stopped.stopReason).toBe('stop_sequence');
});

test('ConverseStream tells the same in events', async () => {
  const { runtime } = await ownBedrock();
  const { stream } = await runtime.send(new ConverseStreamCommand({ modelId: NOVA, messages: [turn('user', ASKED)] }));
  const events = [];
  for await (const event of stream ?? []) events.push(event);
  expect(events.map((event) => event.contentBlockDelta?.delta?.text ?? '').join('')).toBe(ANSWER);
  expect(events[0]).toEqual({ messageStart: { role: 'assistant' } });
  expect(events.slice(-2)).toMatchObject([
    { messageStop: { stopReason: 'end_turn' } },
    { metadata: { usage: { inputTokens: 7, outputTokens: 34, totalTokens: 41 } } },
  ]);
});

test.each<[string, Partial<ConverseCommandInput>, string | RegExp]>([
  [
    'no user at the start',
    { messages: [turn('assistant', 'hi')] },
    'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
  ],
  [
    'roles that do not alternate',
    { messages: [turn('user', 'a'), turn('user', 'b')] },
    'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
  ],
  [
    'a blank text',
    { messages: [turn('user', ' ')] },
    'The text field in the ContentBlock object at messages.0.content.0 is blank. Add text to the text field, and try again.',
  ],
  [
    'an unfinished answer for a model that takes up none',
    { modelId: 'meta.llama3-1-8b-instruct-v1:0', messages: [turn('user', 'a'), turn('assistant', 'b')] },
    'A conversation must end with a user message. Try again with a conversation that ends with a user message.',
  ],
  ['an unknown model', { modelId: 'amazon.nova-unknown-v1:0' }, 'The provided model identifier is invalid.'],
  [
    'a model that only profiles serve',
    { modelId: 'meta.llama3-2-1b-instruct-v1:0' },
    /^Invocation of model ID meta\.llama3-2-1b-instruct-v1:0 with on-demand throughput isn’t supported\./,
  ],
  [
    'a custom model that nothing serves',
    { modelId: `arn:aws:bedrock:us-east-1:000000000000:custom-model/amazon.nova-lite-v1/abcdefghijkl` },
    /custom-model\/amazon\.nova-lite-v1\/abcdefghijkl with on-demand throughput isn’t supported/,
  ],
  [
    'an image',
    { messages: [{ role: 'user', content: [{ image: { format: 'png', source: { bytes: Buffer.from('x') } } }] }] },
    /read text only: there is a image block at messages\.0\.content\.0/,
  ],
])('Converse refuses %s as AWS does', async (_, more, message) => {
  await expect(converse(await ownBedrock(), more)).rejects.toMatchObject({
    name: 'ValidationException',
    message: typeof message === 'string' ? message : expect.stringMatching(message),
    $metadata: { httpStatusCode: 400 },
  });
});

test('InvokeModel takes and gives the bodies of each family', async () => {
  const { runtime } = await ownBedrock();
  const invoke = async (modelId: string, body: object) => {
    const answer = await runtime.send(new InvokeModelCommand({ modelId, body: JSON.stringify(body) }));
    expect(answer.contentType).toBe('application/json');
    return JSON.parse(answer.body.transformToString());
  };
  expect(
    await invoke(NOVA, {
      schemaVersion: 'messages-v1',
      messages: [turn('user', ASKED)],
      inferenceConfig: { maxTokens: 3 },
    }),
  ).toEqual({
    output: { message: turn('assistant', 'I stand in') },
    stopReason: 'max_tokens',
    usage: { inputTokens: 7, outputTokens: 3, totalTokens: 10 },
  });
  expect(
    await invoke('amazon.titan-text-express-v1', {
      inputText: ASKED,
      textGenerationConfig: { maxTokenCount: 3, temperature: 0 },
    }),
  ).toEqual({
    inputTextTokenCount: 7,
    results: [{ tokenCount: 3, outputText: 'I stand in', completionReason: 'LENGTH' }],
  });
  const chat = `<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n${ASKED}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n`;
  const llama = await invoke('meta.llama3-1-8b-instruct-v1:0', { prompt: chat });
  expect(llama).toMatchObject({ prompt_token_count: 7, stop_reason: 'stop' });
  expect(llama.generation).toMatch(/of the, battery, died, after, week\.$/);
  expect(
    await invoke('anthropic.claude-3-haiku-20240307-v1:0', {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 3,
      messages: [{ role: 'user', content: ASKED }],
    }),
  ).toMatchObject({
    type: 'message',
    role: 'assistant',
    model: 'claude-3-haiku-20240307',
    content: [{ type: 'text', text: 'I stand in' }],
    stop_reason: 'max_tokens',
    usage: { input_tokens: 7, output_tokens: 3 },
  });
  expect(await invoke('cohere.command-text-v14', { prompt: ASKED, max_tokens: 3 })).toMatchObject({
    generations: [{ text: 'I stand in', finish_reason: 'MAX_TOKENS' }],
    prompt: ASKED,
  });
  await expect(invoke('anthropic.claude-3-haiku-20240307-v1:0', { prompt: ASKED })).rejects.toMatchObject({
    name: 'ValidationException',
    message:
      'Malformed input request: #: required key [anthropic_version] not found, please reformat your input and try again.',
  });
});

test.each<[string, object, (chunk: Chunk) => string | undefined]>([
  [NOVA, { messages: [turn('user', ASKED)] }, (chunk) => chunk.contentBlockDelta?.delta.text],
  ['amazon.titan-text-express-v1', { inputText: ASKED }, (chunk) => chunk.outputText],
  ['meta.llama3-1-8b-instruct-v1:0', { prompt: ASKED }, (chunk) => chunk.generation],
  [
    'anthropic.claude-3-haiku-20240307-v1:0',
    { anthropic_version: 'bedrock-2023-05-31', max_tokens: 99, messages: [{ role: 'user', content: ASKED }] },
    (chunk) => chunk.delta?.text,
  ],
  ['cohere.command-text-v14', { prompt: ASKED, max_tokens: 99 }, (chunk) => chunk.text],
])('InvokeModel of %s streams the same text in parts', async (modelId, body, textOf) => {
  const { runtime } = await ownBedrock();
  const { body: stream } = await runtime.send(
    new InvokeModelWithResponseStreamCommand({ modelId, body: JSON.stringify(body) }),
  );
  const chunks: Chunk[] = [];
  for await (const { chunk } of stream ?? []) chunks.push(JSON.parse(Buffer.from(chunk?.bytes ?? []).toString()));
  expect(chunks.map((chunk) => textOf(chunk) ?? '').join('')).toBe(ANSWER.replace(NOVA, modelId));
  expect(chunks.at(-1)?.['amazon-bedrock-invocationMetrics']).toMatchObject({ inputTokenCount: 7 });
});

test('CountTokens counts what an answer would be charged for', async () => {
  const { runtime } = await ownBedrock();
  const count = async (input: ConstructorParameters<typeof CountTokensCommand>[0]['input']) =>
    (await runtime.send(new CountTokensCommand({ modelId: NOVA, input }))).inputTokens;
  const messages = [turn('user', ASKED)];
  expect(await count({ converse: { messages } })).toBe(7);
  expect(await count({ invokeModel: { body: Buffer.from(JSON.stringify({ messages })) } })).toBe(7);
});

test('a custom model answers in the style of its data, once something serves it', async () => {
  const world = await ownBedrock();
  const modelArn = await world.model(conversations(20));
  const { customModelDeploymentArn } = await world.bedrock.send(
    new CreateCustomModelDeploymentCommand({ modelDeploymentName: uniqueName('deployment'), modelArn }),
  );
  const ask = async (modelId: string | undefined, text: string) => {
    const { output } = await converse(world, { modelId, messages: [turn('user', text)] });
    return output?.message?.content?.[0]?.text;
  };
  await expect(ask(customModelDeploymentArn, 'Is pear number 1 ripe?')).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringMatching(/is in status Creating; only an Active deployment can be invoked/),
  });
  await expect(ask(modelArn, 'Is pear number 1 ripe?')).rejects.toMatchObject({ name: 'ValidationException' });
  await eventually('the deployment is active', async () => {
    const deployment = { customModelDeploymentIdentifier: customModelDeploymentArn };
    const { status } = await world.bedrock.send(new GetCustomModelDeploymentCommand(deployment));
    return status === 'Active' ? status : undefined;
  });
  expect(await ask(customModelDeploymentArn, 'Is pear number 1 ripe?')).toBe('no');
  expect(await ask(customModelDeploymentArn, 'Is plum number 2 ripe?')).toBe('yes');

  const { provisionedModelArn } = await world.bedrock.send(
    new CreateProvisionedModelThroughputCommand({
      provisionedModelName: uniqueName('throughput'),
      modelId: modelArn,
      modelUnits: 1,
    }),
  );
  const answer = await eventually('the throughput answers', () =>
    ask(provisionedModelArn, 'Is plum number 2 ripe?').catch(() => undefined),
  );
  expect(answer).toBe('yes');
});

test('calls are throttled, and models not ready, as faults say', async () => {
  const world = await ownBedrock({
    faults: {
      rules: [
        { operation: 'Converse', error: 'ThrottlingException', times: 1 },
        { operation: 'Converse', error: 'ModelNotReadyException', times: 1 },
      ],
    },
  });
  await expect(converse(world)).rejects.toMatchObject({
    name: 'ThrottlingException',
    $metadata: { httpStatusCode: 429 },
  });
  await expect(converse(world)).rejects.toMatchObject({
    name: 'ModelNotReadyException',
    $metadata: { httpStatusCode: 429 },
  });
  expect((await converse(world)).stopReason).toBe('end_turn');
});
