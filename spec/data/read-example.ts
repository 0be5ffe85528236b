/** What a usable row of each format is, and what is wrong with the others. */
import { shown } from '../shown.ts';
import { nearest } from '../suggest.ts';
import type { Example, Message, Role } from './examples.ts';
import { type ColumnName, fieldOf, type Shape } from './formats.ts';
import type { RowProblem } from './problems.ts';

/** A row of a source by its fields, as JSON has them or a table. */
export type Fields = Readonly<Record<string, unknown>>;

/** Reads a row. An example has a `kind`, a problem a `code`. */
export type ExampleReader = (row: Fields) => Example | RowProblem;

/** What a row is kept together by; empty where it does not say. */
export function groupOf(row: Fields, field: string): string {
  const value = Object.hasOwn(row, field) ? row[field] : undefined;
  return value === undefined || value === null ? '' : String(value);
}

/** Python, which reads the rows next, cannot write half of a surrogate pair, and C strings end at a NUL. */
function isBroken(value: string): boolean {
  return !value.isWellFormed() || value.includes('\0');
}

const SPACE = 0x20;
const DELETE = 0x7f;

function isBlank(value: string): boolean {
  // Most texts begin with a letter, and need not be looked at further.
  const first = value.charCodeAt(0);
  return !(first > SPACE && first < DELETE) && value.trim() === '';
}

/** Why a text cannot be used. `what` names it: `field "text"`. */
function textProblem(what: string, value: unknown, where: string): RowProblem | undefined {
  const at = where === '' ? '' : `${where}: `;
  if (typeof value !== 'string') {
    return {
      code: 'wrong_type',
      message: `${what} is not text`,
      value: at + shown(value),
      fix: 'write it as text, in double quotes',
    };
  }
  if (isBlank(value)) {
    return {
      code: 'empty',
      message: `${what} is empty`,
      value: at + shown(value),
      fix: 'fill it in or leave the row out',
    };
  }
  if (isBroken(value)) {
    return {
      code: 'invalid_text',
      message: `${what} holds a NUL or half of a surrogate pair`,
      value: at + shown(value),
      fix: 'remove the character; it comes from a broken conversion',
    };
  }
  return undefined;
}

function missingField(row: Fields, column: ColumnName, field: string): RowProblem {
  const present = Object.keys(row);
  const meant = nearest(field, present);
  return {
    code: 'missing_field',
    message: `field "${field}" is missing`,
    value: `fields ${present.join(', ')}`,
    fix: meant
      ? `is it "${meant}"? rename it, or say data.columns.${column}: ${meant}`
      : `add it, or name the field that holds the ${column} in data.columns.${column}`,
  };
}

/** How to read a field that holds text. */
function textField({ columns }: Shape, column: ColumnName) {
  const field = fieldOf(columns, column);
  const what = `field "${field}"`;
  const valueIn = (row: Fields): unknown => (Object.hasOwn(row, field) ? row[field] : undefined);
  return {
    required: (row: Fields): string | RowProblem => {
      const value = valueIn(row);
      if (value === undefined) return missingField(row, column, field);
      return textProblem(what, value, '') ?? (value as string);
    },
    /** Absent, null and blank are the same: nothing. */
    optional: (row: Fields): string | undefined | RowProblem => {
      const value = valueIn(row);
      if (value === undefined || value === null || (typeof value === 'string' && isBlank(value))) return undefined;
      return textProblem(what, value, '') ?? (value as string);
    },
  };
}

/** Numbers as labels become text; a table's whole numbers may be bigints. */
function labelText(row: Fields, field: string): Fields {
  const value = row[field];
  return typeof value === 'number' || typeof value === 'bigint' ? { [field]: String(value) } : row;
}

/** How to read the rows of a shape. */
export function exampleReader(shape: Shape): ExampleReader {
  const text = (column: ColumnName) => textField(shape, column);
  switch (shape.format) {
    case 'classification': {
      const [textOf, labelOf] = [text('text').required, text('label').required];
      const labelField = fieldOf(shape.columns, 'label');
      return (row) => {
        const found = textOf(row);
        if (typeof found !== 'string') return found;
        const label = labelOf(Object.hasOwn(row, labelField) ? labelText(row, labelField) : row);
        return typeof label === 'string' ? { kind: 'classification', text: found, label } : label;
      };
    }
    case 'completion':
    case 'alpaca': {
      const isAlpaca = shape.format === 'alpaca';
      const [askOf, answerOf] = [
        text(isAlpaca ? 'instruction' : 'prompt').required,
        text(isAlpaca ? 'output' : 'completion').required,
      ];
      const [inputOf, systemOf] = [isAlpaca ? text('input').optional : () => undefined, text('system').optional];
      return (row) => {
        const asked = askOf(row);
        if (typeof asked !== 'string') return asked;
        const input = inputOf(row);
        if (typeof input === 'object') return input;
        const completion = answerOf(row);
        if (typeof completion !== 'string') return completion;
        const system = systemOf(row);
        if (typeof system === 'object') return system;
        const prompt = input === undefined ? asked : `${asked}\n\n${input}`;
        return { kind: 'completion', ...(system === undefined ? {} : { system }), prompt, completion };
      };
    }
    case 'text': {
      const textOf = text('text').required;
      return (row) => {
        const found = textOf(row);
        return typeof found === 'string' ? { kind: 'text', text: found } : found;
      };
    }
    case 'chat':
      return chatReader(shape, 'messages', OPENAI, () => undefined);
    case 'sharegpt':
      return chatReader(shape, 'conversations', SHAREGPT, text('system').optional);
  }
}

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

function chatReader(
  shape: Shape,
  column: 'messages' | 'conversations',
  words: MessageWords,
  systemOf: (row: Fields) => string | undefined | RowProblem,
): ExampleReader {
  const field = fieldOf(shape.columns, column);
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
    const last = messages.at(-1);
    if (last?.role !== 'assistant') {
      return {
        code: 'no_answer',
        message: 'the conversation does not end with an answer of the assistant',
        value: last ? `its last message is the ${last.role}'s: ${shown(last.content)}` : 'it has no messages',
        fix: 'end it with the answer that the model is to learn, or leave the row out',
      };
    }
    return { kind: 'chat', messages };
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

/** OpenAI also writes the content as a list of parts; where all are text, their text. */
function textOfParts(content: unknown): unknown {
  if (!Array.isArray(content) || content.length === 0) return content;
  const texts = content.map((part: unknown) =>
    typeof part === 'object' && part !== null && 'type' in part && part.type === 'text' && 'text' in part
      ? part.text
      : undefined,
  );
  return texts.every((text) => typeof text === 'string') ? texts.join('') : content;
}
