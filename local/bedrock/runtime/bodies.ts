/** Bodies of InvokeModel: each family has its own, as AWS's pages on inference parameters of the models describe them. */
import { randomUUID } from 'node:crypto';
import { isObject, type Json } from '../../aws/model.ts';
import { validationError } from '../../aws/protocol.ts';
import type { Served } from '../context.ts';
import type { Turn } from '../learning/prompt.ts';
import type { Answer, Question } from './answering.ts';
import { checkOrder, limits, questionOf } from './converse.ts';

interface Body {
  /** Throws a ValidationException where the body is not the family's. */
  question(body: Json, served: Served): Question;
  response(answer: Answer, base: string, question: Question, body: Json): Json;
}

const user = (text: string): Turn[] => [{ role: 'user', text }];

/** A member that must be there. */
function textOf(body: Json, name: string): string {
  const text = body[name];
  if (text === undefined) throw malformed(`required key [${name}] not found`);
  if (typeof text !== 'string') throw malformed(`${name}: expected type: String, found: ${JSON.stringify(text)}`);
  return text;
}

function malformed(what: string): Error {
  return validationError(`Malformed input request: #: ${what}, please reformat your input and try again.`);
}

/** A number within bounds, where it is given. */
function numberOf(body: Json, name: string, least: number, most: number): number | undefined {
  const value = body[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number') throw malformed(`${name}: expected type: Number, found: ${JSON.stringify(value)}`);
  if (value < least) throw malformed(`${name}: ${value} is not greater or equal to ${least}`);
  if (value > most) throw malformed(`${name}: ${value} is not less or equal to ${most}`);
  return value;
}

const object = (value: unknown): Json => (isObject(value) ? value : {});

const nova: Body = {
  question(body, served) {
    const config = object(body.inferenceConfig);
    numberOf(config, 'temperature', 0, 1);
    numberOf(config, 'topP', 0, 1);
    const maxTokens = numberOf(config, 'maxTokens', 1, Number.MAX_SAFE_INTEGER);
    if (!Array.isArray(body.messages)) throw malformed('required key [messages] not found');
    return questionOf(served, {
      ...body,
      inferenceConfig: { ...config, maxTokens: maxTokens ?? config.max_new_tokens },
    });
  },
  response: ({ text, stopReason, inputTokens, outputTokens }) => ({
    output: { message: { role: 'assistant', content: [{ text }] } },
    stopReason,
    usage: { inputTokens, outputTokens, totalTokens: inputTokens + outputTokens },
  }),
};

const titan: Body = {
  question(body) {
    const config = object(body.textGenerationConfig);
    numberOf(config, 'temperature', 0, 1);
    numberOf(config, 'topP', 0, 1);
    const maxTokens = numberOf(config, 'maxTokenCount', 1, 8192) ?? 512;
    return { turns: user(textOf(body, 'inputText')), ...limits(maxTokens, config.stopSequences) };
  },
  response: ({ text, stopReason, inputTokens, outputTokens }) => ({
    inputTextTokenCount: inputTokens,
    results: [
      {
        tokenCount: outputTokens,
        outputText: text,
        completionReason: { end_turn: 'FINISH', max_tokens: 'LENGTH', stop_sequence: 'STOP_CRITERIA_MET' }[stopReason],
      },
    ],
  }),
};

// What Llama's chat template writes around the turns.
const LLAMA_MARKS = /<\|start_header_id\|>\w*<\|end_header_id\|>|<\|\w+\|>/g;

const llama: Body = {
  question(body) {
    numberOf(body, 'temperature', 0, 1);
    numberOf(body, 'top_p', 0, 1);
    const prompt = textOf(body, 'prompt').replace(LLAMA_MARKS, '\n').trim();
    return { turns: user(prompt), ...limits(numberOf(body, 'max_gen_len', 1, 8192) ?? 512, undefined) };
  },
  response: ({ text, stopReason, inputTokens, outputTokens }) => ({
    generation: text,
    prompt_token_count: inputTokens,
    generation_token_count: outputTokens,
    stop_reason: stopReason === 'max_tokens' ? 'length' : 'stop',
  }),
};

const claude: Body = {
  question(body, { base }) {
    if (textOf(body, 'anthropic_version') !== 'bedrock-2023-05-31')
      throw validationError('anthropic_version: value must be bedrock-2023-05-31');
    const maxTokens = numberOf(body, 'max_tokens', 1, Number.MAX_SAFE_INTEGER);
    if (maxTokens === undefined) throw validationError('max_tokens: Field required');
    if (!Array.isArray(body.messages)) throw validationError('messages: Field required');
    numberOf(body, 'temperature', 0, 1);
    numberOf(body, 'top_p', 0, 1);
    const turns = body.messages.map((message: unknown): Turn => {
      const { role, content } = object(message);
      return { role: role === 'assistant' ? 'assistant' : 'user', text: plainText(content) };
    });
    checkOrder(turns, base);
    return { turns, system: plainText(body.system ?? ''), ...limits(maxTokens, body.stop_sequences) };
  },
  response: ({ text, stopReason, stopSequence, inputTokens, outputTokens }, base) => ({
    model: base.replace(/^anthropic\.|-v\d+:\d+$/g, ''),
    id: `msg_bdrk_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text }],
    stop_reason: stopReason,
    stop_sequence: stopSequence ?? null,
    usage: { input_tokens: inputTokens, output_tokens: outputTokens },
  }),
};

/** Text, or blocks of text. */
function plainText(content: unknown): string {
  if (typeof content === 'string') return content;
  return (Array.isArray(content) ? content : [])
    .map((block: unknown) => {
      const { type, text } = object(block);
      if (type !== 'text' || typeof text !== 'string')
        throw validationError(`The models of the laptop region read text only: there is a ${type} block`);
      return text;
    })
    .join('\n');
}

const cohere: Body = {
  question(body) {
    numberOf(body, 'temperature', 0, 5);
    numberOf(body, 'p', 0, 1);
    const maxTokens = numberOf(body, 'max_tokens', 1, 4096) ?? 20;
    return { turns: user(textOf(body, 'prompt')), ...limits(maxTokens, body.stop_sequences) };
  },
  response: ({ text, stopReason }, _base, { turns }) => ({
    id: randomUUID(),
    generations: [{ id: randomUUID(), text, finish_reason: stopReason === 'max_tokens' ? 'MAX_TOKENS' : 'COMPLETE' }],
    prompt: turns.map((turn) => turn.text).join('\n'),
  }),
};

/** Imported models take either of two: a prompt, as Llama does, or OpenAI's chat completions. */
const imported: Body = {
  question(body, served) {
    if (!Array.isArray(body.messages)) {
      const maxTokens = numberOf(body, 'max_tokens', 1, Number.MAX_SAFE_INTEGER);
      return { ...llama.question(body, served), ...limits(maxTokens ?? body.max_gen_len ?? 512, body.stop) };
    }
    const given = body.messages.map(object);
    const textsOf = (...roles: string[]): Json[] => given.filter(({ role }) => roles.includes(String(role)));
    const turns = textsOf('user', 'assistant').map(
      ({ role, content }): Turn => ({ role: role === 'assistant' ? 'assistant' : 'user', text: plainText(content) }),
    );
    checkOrder(turns, served.base);
    const system = textsOf('system').map(({ content }) => plainText(content));
    return {
      turns,
      system: system.join('\n'),
      ...limits(numberOf(body, 'max_tokens', 1, Number.MAX_SAFE_INTEGER), body.stop),
    };
  },
  response(answer, base, question, body) {
    if (!Array.isArray(body.messages)) return llama.response(answer, base, question, body);
    const { text, stopReason, inputTokens, outputTokens } = answer;
    const finish_reason = stopReason === 'max_tokens' ? 'length' : 'stop';
    return {
      object: 'chat.completion',
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason }],
      usage: {
        prompt_tokens: inputTokens,
        completion_tokens: outputTokens,
        total_tokens: inputTokens + outputTokens,
      },
    };
  },
};

const FAMILIES: readonly (readonly [RegExp, Body])[] = [
  [/^amazon\.nova-(?!canvas|reel|sonic)/, nova],
  [/^amazon\.titan-text/, titan],
  [/^meta\./, llama],
  [/^anthropic\./, claude],
  [/^cohere\.command-/, cohere],
  [/^imported\./, imported],
];

/** The bodies that a base model takes and gives. Throws a ValidationException for one that makes no text. */
export function bodyOf(base: string): Body {
  const body = FAMILIES.find(([id]) => id.test(base))?.[1];
  if (!body) throw validationError(`The models of the laptop region make text only: ${base} makes none`);
  return body;
}
