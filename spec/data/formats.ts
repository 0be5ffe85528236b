/** The formats in which people keep examples, by the fields of a row, and how one is told from another. */
import { nearest } from '../suggest.ts';
import type { Kind } from './examples.ts';

interface FormatInfo {
  /** What its rows become. */
  readonly kind: Kind;
  readonly required: readonly ColumnName[];
  readonly optional: readonly ColumnName[];
  /** For messages, where the required fields do not say it. */
  readonly holds?: string;
}

/** What a field of a row can hold. Where `data.columns` says nothing, the field has this very name. */
export const COLUMNS = [
  'text',
  'label',
  'prompt',
  'completion',
  'messages',
  'conversations',
  'instruction',
  'input',
  'output',
  'system',
  'reference_answer',
] as const;
export type ColumnName = (typeof COLUMNS)[number];

/** In the order in which they are tried on a row. */
export const FORMATS = {
  /**
   * Of OpenAI and most trainers: `{"messages": [{"role": "user", "content": "..."}, ...]}`; also of Anthropic, with
   * `system` beside, and of Bedrock (`bedrock-conversation-2024`), where texts stand in lists of `{"text": "..."}`.
   */
  chat: { kind: 'chat', required: ['messages'], optional: ['system'] },
  /** `{"conversations": [{"from": "human", "value": "..."}, {"from": "gpt", ...}]}` */
  sharegpt: { kind: 'chat', required: ['conversations'], optional: ['system'] },
  /** `{"instruction": "...", "input": "...", "output": "..."}`; `input` may be empty. */
  alpaca: { kind: 'completion', required: ['instruction', 'output'], optional: ['input', 'system'] },
  completion: { kind: 'completion', required: ['prompt', 'completion'], optional: ['system'] },
  classification: { kind: 'classification', required: ['text', 'label'], optional: [] },
  text: { kind: 'text', required: ['text'], optional: [] },
  /** Of Bedrock's continued pre-training: `{"input": "..."}`. */
  input: { kind: 'text', required: ['input'], optional: [] },
  /**
   * `{"prompt": "..."}` or `{"messages": [...]}`, with an answer or without; `{"messages": [...], "reference_answer": ...}`
   * of reinforcement fine-tuning. A row without an answer is a slip elsewhere, so this is named, or told by a reference.
   */
  prompts: {
    kind: 'prompt',
    required: [],
    optional: ['prompt', 'messages', 'completion', 'reference_answer', 'system'],
    holds: 'prompt or messages, with an answer or without',
  },
} as const satisfies Record<string, FormatInfo>;
export type Format = keyof typeof FORMATS;
export const FORMAT_NAMES = Object.keys(FORMATS) as readonly Format[];

/** The names that fields have in the source, where they are other names: `{text: 'review'}`. */
export type Columns = { readonly [C in ColumnName]?: string | undefined };

/** What `data.format` and `data.columns` say of the rows. */
export interface RowOptions {
  readonly format?: Format | undefined;
  readonly columns: Columns;
  /** Whether rows may lack an answer, as those that a teacher model is to answer do. */
  readonly answers?: 'optional' | undefined;
}

/** How the rows of a source are to be read. */
export interface Shape {
  readonly format: Format;
  readonly kind: Kind;
  readonly columns: Columns;
}

export function columnsOf(format: Format): readonly ColumnName[] {
  const { required, optional }: FormatInfo = FORMATS[format];
  return [...required, ...optional];
}

/** The formats that have all the columns that are named; where a format is named, none but it. */
export function possibleFormats({ format, columns }: RowOptions): Format[] {
  if (format === undefined && columns.reference_answer !== undefined)
    return possibleFormats({ format: 'prompts', columns });
  const named = COLUMNS.filter((column) => columns[column] !== undefined);
  return FORMAT_NAMES.filter(
    (candidate) =>
      (format === undefined ? candidate !== 'prompts' : format === candidate) &&
      named.every((column) => columnsOf(candidate).includes(column)),
  );
}

/** The field of the source that holds a column. */
export const fieldOf = (columns: Columns, column: ColumnName): string => columns[column] ?? column;

export const shapeOf = (format: Format, columns: Columns): Shape => ({ format, kind: FORMATS[format].kind, columns });

/** How many of the required fields a row has, from 0 to 1; a misspelt field counts. */
function likeness(row: object, format: Format, columns: Columns): number {
  const present = Object.keys(row);
  const fields = FORMATS[format].required.map((column) => fieldOf(columns, column));
  return fields.filter((field) => Object.hasOwn(row, field) || nearest(field, present)).length / fields.length;
}

/** The element with the greatest value above 0, the first of several. */
function greatest<T>(elements: readonly T[], scoreOf: (element: T) => number): T | undefined {
  let best: { readonly element: T; readonly value: number } | undefined;
  for (const element of elements) {
    const value = scoreOf(element);
    if (value > (best?.value ?? 0)) best = { element, value };
  }
  return best?.element;
}

/**
 * The format that most of the rows are like, of those that are possible: a row is like the format whose required fields
 * it has. A misspelt field counts, so that a typo is an error in its place and not another format. `undefined` where no
 * row is like any.
 */
export function detectFormat(
  rows: readonly Readonly<Record<string, unknown>>[],
  options: RowOptions,
): Format | undefined {
  if (options.format !== undefined) return options.format;
  if (rows.some((row) => isPrompt(row, options))) return 'prompts';
  const candidates = possibleFormats(options);
  if (candidates.length <= 1) return candidates[0];
  const votes = rows.map((row) => {
    const like = (format: Format): number => likeness(row, format, options.columns);
    // `input` is also what an instruction is about: rows that have anything of another format are none of it.
    const first = greatest(
      candidates.filter((format) => format !== 'input'),
      like,
    );
    return first ?? greatest(candidates, like);
  });
  // Every row with a text could be plain text: it is that only where no row is anything else.
  const others = votes.filter((vote) => vote !== undefined && vote !== 'text');
  if (others.length > 0) return greatest(candidates, (format) => others.filter((vote) => vote === format).length);
  return greatest(candidates, (format) => votes.filter((vote) => vote === format).length);
}

/** Whether a row asks what a grader or a teacher is to have the answer to. */
function isPrompt(row: Readonly<Record<string, unknown>>, { columns, answers }: RowOptions): boolean {
  const [messages, prompt] = [row[fieldOf(columns, 'messages')], row[fieldOf(columns, 'prompt')]];
  const isOpen =
    messages === undefined
      ? prompt !== undefined && !Object.hasOwn(row, fieldOf(columns, 'completion'))
      : Array.isArray(messages) && messages.at(-1)?.role !== 'assistant';
  return isOpen && (answers === 'optional' || Object.hasOwn(row, fieldOf(columns, 'reference_answer')));
}

/** `chat (messages), sharegpt (conversations), ...` */
export function knownFormats(): string {
  return FORMAT_NAMES.map((name) => {
    const { required, holds = required.join(', ') }: FormatInfo = FORMATS[name];
    return `${name} (${holds})`;
  }).join(', ');
}
