/** Questions and answers as features see them, in whatever form they were kept: a row of training, a request, a log. Pure. */
import type { Observation } from './features.ts';

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is no field beside the question: the question itself, what steers the model, and what is right. */
const NO_FIELDS: ReadonlySet<string> = new Set([
  ...['text', 'prompt', 'messages', 'system', 'schemaVersion', 'inferenceConfig', 'parameters'],
  ...['label', 'completion', 'reference_answer'],
]);

/** Text, or blocks of which some are text, as Bedrock has them. */
function plainText(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content.flatMap((block) => (isFields(block) && typeof block.text === 'string' ? [block.text] : [])).join('\n');
}

/** What was said before the answer, but for system prompts. */
function saidIn(messages: readonly unknown[]): string {
  const said = messages.filter(isFields).filter(({ role }) => role !== 'system');
  const asked = said.at(-1)?.role === 'assistant' ? said.slice(0, -1) : said;
  return asked.map(({ content }) => plainText(content)).join('\n');
}

/**
 * The question in a row of a training split or in a request: its text, without system prompts and without the answer, and
 * the fields beside it. Text that is no JSON is the question as it is.
 */
export function questionIn(row: unknown): Pick<Observation, 'text' | 'fields'> {
  if (typeof row === 'string') return { text: row, fields: {} };
  if (!isFields(row)) return { fields: {} };
  const { text, prompt, messages } = row;
  const asked = text ?? prompt ?? (Array.isArray(messages) ? saidIn(messages) : undefined);
  const fields = Object.fromEntries(Object.entries(row).filter(([name]) => !NO_FIELDS.has(name)));
  return { ...(typeof asked === 'string' && { text: asked }), fields };
}

/** What a row of a training split is to be answered with; `undefined` where it has no answer. */
export function rightAnswerIn(row: unknown): string | undefined {
  if (!isFields(row)) return undefined;
  const { label, completion, messages } = row;
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined;
  const right =
    label ?? completion ?? (isFields(last) && last.role === 'assistant' ? plainText(last.content) : undefined);
  return typeof right === 'string' ? right : undefined;
}
