/** Rows that can be put right without guessing. */
import { columnsOf, type Format, fieldOf, type Shape } from './formats.ts';
import type { Fields } from './read-example.ts';

/** What was done to a row, in the same words for every row. */
export type Mended = { readonly row: Fields; readonly changes: readonly string[] };

const MESSAGE_FIELDS = { chat: ['role', 'content'], sharegpt: ['from', 'value'] } as const;

/** How people and data sets call the speakers elsewhere. */
const ROLES: Readonly<Record<'chat' | 'sharegpt', Readonly<Record<string, string>>>> = {
  chat: { human: 'user', gpt: 'assistant', bot: 'assistant', ai: 'assistant', model: 'assistant' },
  sharegpt: { bot: 'gpt', ai: 'gpt' },
};

/** A row as it can be put right; whether it can be used then is for its reader to say. */
export function mendRow(row: Fields, shape: Shape): Mended {
  const changes = new Set<string>();
  const mended: Record<string, unknown> = { ...row };
  for (const column of columnsOf(shape.format)) {
    const field = fieldOf(shape.columns, column);
    if (!Object.hasOwn(mended, field) || column === 'reference_answer') continue;
    mended[field] =
      column === 'messages' || column === 'conversations'
        ? mendMessages(mended[field], shape.format, changes)
        : mendText(mended[field], column !== 'label', changes);
  }
  return { row: mended, changes: [...changes] };
}

function mendText(value: unknown, asText: boolean, changes: Set<string>): unknown {
  if (asText && (typeof value === 'number' || typeof value === 'boolean')) {
    changes.add('a number, or true or false, is written as text');
    return String(value);
  }
  if (typeof value !== 'string' || (value.isWellFormed() && !value.includes('\0'))) return value;
  changes.add('a NUL or half of a surrogate pair is taken out');
  return value.replaceAll('\0', '').replaceAll(/\p{Surrogate}/gu, '');
}

function mendMessages(value: unknown, format: Format, changes: Set<string>): unknown {
  if (!Array.isArray(value)) return value;
  const words = format === 'sharegpt' ? 'sharegpt' : 'chat';
  const [role, content] = MESSAGE_FIELDS[words];
  const messages = value.map((message: unknown) => {
    if (typeof message !== 'object' || message === null || Array.isArray(message)) return message;
    const { [role]: speaker, [content]: said } = message as Fields;
    return {
      ...message,
      ...(speaker === undefined ? {} : { [role]: mendRole(speaker, words, changes) }),
      ...(said === undefined ? {} : { [content]: mendText(said, true, changes) }),
    };
  });
  if (format === 'prompts') return messages;
  const isAnswer = (message: unknown): boolean =>
    typeof message === 'object' &&
    message !== null &&
    ['assistant', 'gpt'].includes((message as Fields)[role] as string);
  const end = messages.findLastIndex(isAnswer) + 1;
  if (end === 0 || end === messages.length) return messages;
  changes.add('what follows the last answer of the assistant is taken off');
  return messages.slice(0, end);
}

function mendRole(role: unknown, format: 'chat' | 'sharegpt', changes: Set<string>): unknown {
  if (typeof role !== 'string') return role;
  const plain = role.trim().toLowerCase();
  const known = ROLES[format][plain] ?? plain;
  if (known !== role) changes.add('the role of a message is written as it should be');
  return known;
}
