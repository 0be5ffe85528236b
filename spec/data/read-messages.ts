/** Conversations, as the formats write them. */
import { shown } from '../shown.ts';
import type { ChatExample, Message, Role } from './examples.ts';
import { fieldOf, type Shape } from './formats.ts';
import type { RowProblem } from './problems.ts';
import { type Fields, isBlank, isBroken, missingField, textField, textProblem } from './read-field.ts';

/** How the messages of a format are written. */
interface MessageWords {
  readonly role: string;
  readonly content: string;
  readonly roles: ReadonlyMap<unknown, Role>;
}

const OPENAI: MessageWords = {
  role: 'role',
  content: 'content',
  roles: new Map<string, Role>([
    ['system', 'system'],
    ['developer', 'system'],
    ['user', 'user'],
    ['assistant', 'assistant'],
  ]),
};

// As the data sets have them that are passed around under this name.
const SHAREGPT: MessageWords = {
  role: 'from',
  content: 'value',
  roles: new Map<string, Role>([
    ['system', 'system'],
    ['human', 'user'],
    ['user', 'user'],
    ['gpt', 'assistant'],
    ['assistant', 'assistant'],
    ['chatgpt', 'assistant'],
    ['bing', 'assistant'],
    ['bard', 'assistant'],
    ['model', 'assistant'],
  ]),
};

const TOOL_ROLES = new Set<unknown>(['tool', 'function', 'function_call', 'observation']);

/** Reads the messages of a row, the system prompt that stands beside them first. */
export function messagesReader(
  shape: Shape,
  column: 'messages' | 'conversations',
): (row: Fields) => Message[] | RowProblem {
  const words = column === 'messages' ? OPENAI : SHAREGPT;
  const field = fieldOf(shape.columns, column);
  const systemOf = systemReader(shape);
  return (row) => {
    const given = Object.hasOwn(row, field) ? row[field] : undefined;
    if (given === undefined) return missingField(row, column, field);
    if (!Array.isArray(given)) {
      return {
        code: 'wrong_type',
        message: `field "${field}" is not a list of messages`,
        value: shown(given),
        fix: `write [{"${words.role}": ..., "${words.content}": ...}, ...]`,
      };
    }
    const messages: Message[] = [];
    const system = systemOf(row);
    if (typeof system === 'object') return system;
    if (system !== undefined) messages.push({ role: 'system', content: system });
    for (let i = 0; i < given.length; i += 1) {
      const message = readMessage(given[i], words, field, i);
      if (message === undefined) continue;
      if ('code' in message) return message;
      messages.push(message);
    }
    return messages;
  };
}

/** A text, or as Bedrock writes it, a list of `{"text": "..."}`. */
export function systemReader(shape: Shape): (row: Fields) => string | undefined | RowProblem {
  const field = fieldOf(shape.columns, 'system');
  const { optional } = textField(shape, 'system');
  return (row) => {
    const given = row[field];
    if (given === undefined) return undefined;
    return optional(Array.isArray(given) ? { [field]: textOfParts(given) } : row);
  };
}

/** Reads conversations that the assistant answers. */
export function chatReader(shape: Shape, column: 'messages' | 'conversations') {
  const messagesOf = messagesReader(shape, column);
  return (row: Fields): ChatExample | RowProblem => {
    const messages = messagesOf(row);
    if (!Array.isArray(messages)) return messages;
    const last = messages.at(-1);
    if (last?.role === 'assistant') return { kind: 'chat', messages };
    return {
      code: 'no_answer',
      message: 'the conversation does not end with an answer of the assistant',
      value: last ? `its last message is the ${last.role}'s: ${shown(last.content)}` : 'it has no messages',
      fix: 'end it with the answer that the model is to learn, or leave the row out',
    };
  };
}

/** A message; `undefined` where it is an empty one of the system, which says nothing. */
function readMessage(
  given: unknown,
  words: MessageWords,
  field: string,
  index: number,
): Message | RowProblem | undefined {
  const where = `${field}[${index}]`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return {
      code: 'wrong_type',
      message: 'a message is not an object',
      value: `${where}: ${shown(given)}`,
      fix: `write {"${words.role}": ..., "${words.content}": ...}`,
    };
  }
  const message = given as Fields;
  const role = words.roles.get(message[words.role]);
  if (TOOL_ROLES.has(message[words.role]) || isGiven(message.tool_calls) || isGiven(message.function_call)) {
    return {
      code: 'unsupported',
      message: 'the conversation holds calls of tools',
      value: `${where}: ${shown(message)}`,
      fix: 'leave the row out, or write the calls as text',
    };
  }
  if (role === undefined) {
    return {
      code: 'wrong_role',
      message: `the "${words.role}" of a message is not one of ${[...words.roles.keys()].join(', ')}`,
      value: `${where}: ${shown(message[words.role])}`,
      fix: 'correct it',
    };
  }
  const content = textOfParts(message[words.content]);
  if (typeof content === 'string' && !isBlank(content) && !isBroken(content)) return { role, content };
  if (role === 'system' && (content === null || (typeof content === 'string' && isBlank(content)))) return undefined;
  if (Array.isArray(content)) {
    return {
      code: 'unsupported',
      message: 'a message holds something else than text',
      value: `${where}: ${shown(content)}`,
      fix: 'leave the row out; images and sound are not read',
    };
  }
  return textProblem(`the "${words.content}" of a message`, content, where);
}

const isGiven = (value: unknown): boolean =>
  value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);

/** Bedrock writes the content as a list of parts, `{"text"}`, and OpenAI may, `{"type", "text"}`; their text, if all are. */
function textOfParts(content: unknown): unknown {
  if (!Array.isArray(content) || content.length === 0) return content;
  const texts = content.map((part: unknown) =>
    typeof part === 'object' && part !== null && 'text' in part && (!('type' in part) || part.type === 'text')
      ? part.text
      : undefined,
  );
  return texts.every((text) => typeof text === 'string') ? texts.join('') : content;
}
