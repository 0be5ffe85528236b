/** How a line of training data is read, as strictly as AWS does, and what is learned from it. */

import type { TrainingFormat } from '../../../spec/bedrock/customization.ts';
import { isObject, type Json } from '../../aws/model.ts';
import type { LearningExample } from '../learning/learned-model.ts';
import { continuationsOf, examplesOf, promptText, type Turn } from '../learning/prompt.ts';

/** A record of training data. */
export interface Record {
  readonly examples: readonly LearningExample[];
  /** A prompt that no answer follows, which a teacher is to answer. */
  readonly open?: string;
  /** Of reinforcement fine-tuning: the record as the grader gets it. */
  readonly graded?: Json;
  /** What stands in the prompt and in the answers, for limits and reserved strings. */
  readonly prompt: string;
  readonly answer: string;
}

/** A line that is not of the format; the message says what it lacks. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

/** What AWS shows of a format where a line is not of it. */
export const FORMATS: Readonly<{ [F in TrainingFormat]: string }> = {
  'prompt-completion': '{"prompt": "<input text>", "completion": "<output text>"}',
  'bedrock-conversation-2024':
    '{"schemaVersion": "bedrock-conversation-2024", "system": [{"text": "<text>"}], "messages": [{"role": "user", "content": [{"text": "<text>"}]}, {"role": "assistant", "content": [{"text": "<text>"}]}]}',
  'anthropic-messages':
    '{"system": "<text>", "messages": [{"role": "user", "content": "<text>"}, {"role": "assistant", "content": "<text>"}]}',
  input: '{"input": "<input text>"}',
  'openai-chat': '{"messages": [{"role": "user", "content": "<text>"}], "reference_answer": <any>}',
  'image-caption': '{"image-ref": "<S3 URI>", "caption": "<text>"}',
};

/**
 * Reads the JSON of a line. `prompts` says that a conversation may end with the user, as where a teacher answers. Throws
 * a {@link FormatError}.
 */
export function readRecord(format: TrainingFormat, json: unknown, { prompts = false } = {}): Record {
  if (!isObject(json)) throw new FormatError('the line is not a JSON object');
  switch (format) {
    case 'prompt-completion': {
      const [prompt, answer] = [text(json.prompt, 'prompt'), text(json.completion, 'completion')];
      return { examples: [{ prompt, answer }], prompt, answer };
    }
    case 'input': {
      const input = text(json.input, 'input');
      return { examples: continuationsOf(input), prompt: input, answer: '' };
    }
    case 'bedrock-conversation-2024': {
      if (json.schemaVersion !== format) throw new FormatError(`schemaVersion is not ${format}`);
      const system = json.system === undefined ? '' : blocks(json.system, 'system');
      return conversation(turnsOf(json.messages, blocks), system, prompts);
    }
    case 'anthropic-messages': {
      const system = json.system === undefined ? '' : text(json.system, 'system');
      return conversation(turnsOf(json.messages, textOrBlocks), system, prompts);
    }
    case 'openai-chat':
      return graded(json);
    case 'image-caption':
      throw new FormatError('the laptop region learns from text only');
  }
}

function conversation(turns: readonly Turn[], system: string, prompts: boolean): Record {
  for (const [index, { role }] of turns.entries()) {
    const expected = index % 2 === 0 ? 'user' : 'assistant';
    if (role !== expected)
      throw new FormatError(`roles must alternate, user first; message ${index + 1} is of ${role}`);
  }
  const open = turns.at(-1)?.role === 'user';
  if (open && !prompts) throw new FormatError('the last message must be of assistant');
  const texts = (wanted: Turn['role']) => turns.filter(({ role }) => role === wanted).map((turn) => turn.text);
  return {
    examples: examplesOf(turns, system),
    ...(open && { open: promptText(turns, system) }),
    prompt: [system, ...texts('user')].join('\n'),
    answer: texts('assistant').join('\n'),
  };
}

/** OpenAI's messages: the prompt is all of them. */
function graded(json: Json): Record {
  if (!Array.isArray(json.messages) || json.messages.length === 0)
    throw new FormatError('messages is empty or missing');
  const texts = json.messages.map((message, index) => {
    const role = isObject(message) ? message.role : undefined;
    if (!['system', 'developer', 'user', 'assistant'].includes(String(role)))
      throw new FormatError(`message ${index + 1} has role ${JSON.stringify(role)}`);
    return textOrBlocks((message as Json).content, `content of message ${index + 1}`);
  });
  const prompt = texts.join('\n\n');
  return { examples: [], open: prompt, graded: json, prompt, answer: '' };
}

function turnsOf(messages: unknown, contentOf: (content: unknown, where: string) => string): Turn[] {
  if (!Array.isArray(messages) || messages.length === 0) throw new FormatError('messages is empty or missing');
  return messages.map((message, index) => {
    const where = `message ${index + 1}`;
    if (!isObject(message)) throw new FormatError(`${where} is not an object`);
    if (message.role !== 'user' && message.role !== 'assistant')
      throw new FormatError(`${where} has role ${JSON.stringify(message.role)}, not user or assistant`);
    return { role: message.role, text: contentOf(message.content, `content of ${where}`) };
  });
}

function blocks(value: unknown, where: string): string {
  if (!Array.isArray(value) || value.length === 0) throw new FormatError(`${where} is not a list of {"text"}`);
  const texts = value.map((block) => {
    if (isObject(block) && (block.image !== undefined || block.video !== undefined))
      throw new FormatError(`${where} has an image or a video; the laptop region learns from text only`);
    return text(isObject(block) ? block.text : undefined, `${where}, text`);
  });
  return texts.join('\n');
}

function textOrBlocks(value: unknown, where: string): string {
  return Array.isArray(value) ? blocks(value, where) : text(value, where);
}

function text(value: unknown, where: string): string {
  if (typeof value !== 'string') throw new FormatError(`${where} is not text`);
  if (value.trim() === '') throw new FormatError(`${where} is empty`);
  return value;
}
