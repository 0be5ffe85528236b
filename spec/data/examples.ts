/** Examples that a model learns from: five kinds, whatever format they were written in. */

/** A text and the class it belongs to. */
export interface ClassificationExample {
  readonly kind: 'classification';
  readonly text: string;
  readonly label: string;
}

/** A prompt and what is to follow it. */
export interface CompletionExample {
  readonly kind: 'completion';
  readonly system?: string;
  readonly prompt: string;
  readonly completion: string;
}

export const ROLES = ['system', 'user', 'assistant'] as const;
export type Role = (typeof ROLES)[number];

export interface Message {
  readonly role: Role;
  readonly content: string;
}

/** A conversation; its last message is the assistant's. */
export interface ChatExample {
  readonly kind: 'chat';
  readonly messages: readonly Message[];
}

/** Text to go on with, such as a document. */
export interface TextExample {
  readonly kind: 'text';
  readonly text: string;
}

/**
 * A question without an answer of its own: a teacher model answers it, or a grader tells how good answers are. A reference
 * is what answers are held against, text or any other JSON.
 */
export interface PromptExample {
  readonly kind: 'prompt';
  /** The last one is the user's. */
  readonly messages: readonly Message[];
  readonly reference_answer?: unknown;
  /** What else the row holds, for a grader. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export type Example = ClassificationExample | CompletionExample | ChatExample | TextExample | PromptExample;
export type Kind = Example['kind'];

// JSON leaves these as they are, but readers of lines take them for line ends: Python's splitlines(), Node's readline.
const LINE_ENDS = /[\u0085\u2028\u2029]/g;

/** An object as a line of JSON Lines, one line for every reader. */
export function jsonLine(value: object): string {
  const escaped = (end: string): string => `\\u${end.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return `${JSON.stringify(value).replace(LINE_ENDS, escaped)}\n`;
}

/** An example as a script finds it in its channel: the same example, the same bytes. */
export function canonicalLine(example: Example): string {
  switch (example.kind) {
    case 'classification':
      return jsonLine({ text: example.text, label: example.label });
    case 'completion': {
      const { system, prompt, completion } = example;
      return jsonLine({ ...(system === undefined ? {} : { system }), prompt, completion });
    }
    case 'chat':
      return jsonLine({ messages: plainMessages(example.messages) });
    case 'text':
      return jsonLine({ text: example.text });
    case 'prompt': {
      const { messages, reference_answer, metadata } = example;
      return jsonLine({ ...metadata, messages: plainMessages(messages), reference_answer });
    }
  }
}

const plainMessages = (messages: readonly Message[]): Message[] =>
  messages.map(({ role, content }) => ({ role, content }));

/** The inverse of {@link canonicalLine}. */
export function canonicalExample(kind: Kind, line: string): Example {
  const fields = JSON.parse(line) as Record<string, unknown>;
  if (kind !== 'prompt') return { kind, ...fields } as Example;
  const { messages, reference_answer, ...metadata } = fields;
  return {
    kind,
    messages: messages as Message[],
    ...(reference_answer === undefined ? {} : { reference_answer }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
}

/** What a model is asked with, in evaluation and by callers of its endpoint: the example without its answer. */
export function inputOf(example: Example): object {
  switch (example.kind) {
    case 'classification':
    case 'text':
      return { text: example.text };
    case 'completion': {
      const { system, prompt } = example;
      return { ...(system === undefined ? {} : { system }), prompt };
    }
    case 'chat':
      return { messages: plainMessages(example.messages.slice(0, -1)) };
    case 'prompt':
      return { messages: plainMessages(example.messages) };
  }
}

/**
 * What a model is asked with, as one text: two examples of the same question must not stand on two sides of a split. Of
 * a conversation it is everything before the last answer; of plain text and prompts, all of it.
 */
export function questionOf(example: Example): string {
  switch (example.kind) {
    case 'classification':
    case 'text':
      return example.text;
    case 'completion':
      return example.system === undefined ? example.prompt : `${example.system}\n${example.prompt}`;
    case 'chat':
      return spokenUpTo(example.messages, example.messages.length - 1);
    case 'prompt':
      return spokenUpTo(example.messages, example.messages.length);
  }
}

function spokenUpTo(messages: readonly Message[], end: number): string {
  let spoken = '';
  for (let i = 0; i < end; i += 1) {
    const message = messages[i] as Message;
    spoken += `${message.role}: ${message.content}\n`;
  }
  return spoken;
}

/** What a model is to answer; empty for plain text, which asks nothing, and for a prompt without a reference. */
export function answerOf(example: Example): string {
  switch (example.kind) {
    case 'classification':
      return example.label;
    case 'completion':
      return example.completion;
    case 'chat':
      return example.messages.at(-1)?.content ?? '';
    case 'text':
      return '';
    case 'prompt': {
      const { reference_answer: reference } = example;
      return typeof reference === 'string' ? reference : (JSON.stringify(reference) ?? '');
    }
  }
}

/** What two texts have in common that a model would call the same: case, spacing and Unicode form do not count. */
export function normalise(text: string): string {
  // Single spaces stand as they are: putting each of them in again would take most of the time.
  return text
    .normalize('NFC')
    .trim()
    .replace(/\s{2,}|[^\S ]/g, ' ')
    .toLowerCase();
}
