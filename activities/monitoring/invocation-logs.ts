/** Records of Bedrock's model invocation logs, of every operation that is logged. */
import { z } from 'zod';
import { TAGS } from '../../spec/naming.ts';
import { BrokenRecord, type Conversation, type Exchange, type KeptRequest, parsedLine } from './exchange.ts';

const record = z.object({
  schemaType: z.literal('ModelInvocationLog'),
  timestamp: z.iso.datetime({ offset: true }),
  requestId: z.string(),
  modelId: z.string(),
  errorCode: z.string().optional(),
  requestMetadata: z.record(z.string(), z.string()).optional(),
  input: z.object({ inputBodyJson: z.unknown().optional(), inputBodyS3Path: z.string().optional() }).optional(),
  output: z.object({ outputBodyJson: z.unknown().optional(), outputBodyS3Path: z.string().optional() }).optional(),
});

export type LogRecord = z.infer<typeof record>;

/** Reads a line. Throws a {@link BrokenRecord} where it is not what Bedrock writes. */
export const logRecord = (line: string): LogRecord => parsedLine(line, record);

/** The bodies of a record, once those that lie in objects of their own were read. */
export interface LoggedBodies {
  readonly input: unknown;
  readonly output: unknown;
}

/** What was asked and answered. Throws a {@link BrokenRecord} where the log holds no text that was asked. */
export function loggedRequest(log: LogRecord, { input, output }: LoggedBodies): KeptRequest {
  const { requestId, requestMetadata = {}, timestamp } = log;
  const { inferenceId } = requestMetadata;
  const question = conversationIn(input);
  const answer = answerIn(output);
  const exchange: Exchange = {
    at: new Date(timestamp),
    requestId,
    ...(inferenceId !== undefined && { inferenceId }),
    row: 0,
    question,
    ...(answer !== undefined && { answer }),
  };
  return { exchanges: [exchange], own: TAGS.run in requestMetadata };
}

type Fields = Readonly<Record<string, unknown>>;

const fields = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Text, or blocks of which some are text. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .flatMap((block) => {
      const { text } = fields(block);
      return typeof text === 'string' ? [text] : [];
    })
    .join('\n');
}

/** Bodies of Converse, and of InvokeModel by the families: most take messages, some a prompt. */
function conversationIn(body: unknown): Conversation {
  const { messages, system, prompt, inputText } = fields(body);
  const asked = prompt ?? inputText;
  const turns = Array.isArray(messages)
    ? messages.map(turnOf)
    : typeof asked === 'string'
      ? [{ role: 'user' as const, content: asked }]
      : [];
  if (!turns.some(({ content }) => content !== '')) {
    throw new BrokenRecord('it holds no text that was asked; is textDataDeliveryEnabled set?');
  }
  const told = textOf(system);
  return { messages: told === '' ? turns : [{ role: 'system', content: told }, ...turns] };
}

function turnOf(message: unknown): Conversation['messages'][number] {
  const { role, content } = fields(message);
  return { role: role === 'assistant' || role === 'system' ? role : 'user', content: textOf(content) };
}

/** What a model said; a stream is logged as the list of its events. */
function answerIn(body: unknown): string | undefined {
  const said = Array.isArray(body) ? body.map(saidIn) : [saidIn(body)];
  return said.some((text) => text !== undefined) ? said.join('') : undefined;
}

/** The text of a body or of an event, as Converse and the families of InvokeModel have it. */
function saidIn(body: unknown): string | undefined {
  const { output, content, contentBlockDelta, delta, generation, outputText, text, ...lists } = fields(body);
  const { message } = fields(output);
  if (message !== undefined) return textOf(fields(message).content);
  if (Array.isArray(content)) return textOf(content);
  const piece = fields(delta ?? fields(contentBlockDelta).delta).text ?? generation ?? outputText ?? text;
  if (typeof piece === 'string') return piece;
  const [first] = list(lists.results ?? lists.generations ?? lists.outputs ?? lists.choices);
  if (first === undefined) return undefined;
  const choice = fields(fields(first).message ?? fields(first).delta).content;
  return typeof choice === 'string' ? choice : saidIn(first);
}
