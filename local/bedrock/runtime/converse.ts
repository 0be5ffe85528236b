/** What Converse takes and gives. */
import { isObject, type Json } from '../../aws/model.ts';
import { validationError } from '../../aws/protocol.ts';
import type { Served } from '../context.ts';
import type { Turn } from '../learning/prompt.ts';
import type { Answer, Question } from './answering.ts';

/** Families that take no system text in Converse, and whether an answer may be begun for the others. */
const NO_SYSTEM = /^(amazon\.titan-text|cohere\.command-(text|light))/;
const GOES_ON = /^(anthropic\.|amazon\.nova-(micro|lite|pro|premier|2))/;
const NO_CONVERSATION = /^amazon\.(titan-(image|embed)|nova-canvas)/;

/** Reads a request that has passed validation against AWS's model. Throws a ValidationException in AWS's words. */
export function questionOf({ base, conversation = !NO_CONVERSATION.test(base) }: Served, request: Json): Question {
  if (!conversation)
    throw validationError(
      "This action doesn't support the model that you provided. Try again with a supported text or chat model.",
    );
  if (request.toolConfig !== undefined) throw validationError("This model doesn't support tool use.");
  const system = texts(request.system, 'system');
  if (system !== '' && NO_SYSTEM.test(base))
    throw validationError("This model doesn't support system messages. Try again without a system message.");
  const turns = (Array.isArray(request.messages) ? request.messages : []).map(turnOf);
  checkOrder(turns, base);
  const config = isObject(request.inferenceConfig) ? request.inferenceConfig : {};
  return { turns, system, ...limits(config.maxTokens, config.stopSequences) };
}

/** What ends an answer, where the request says it. */
export function limits(maxTokens: unknown, stopSequences: unknown): Pick<Question, 'maxTokens' | 'stopSequences'> {
  return {
    ...(typeof maxTokens === 'number' && { maxTokens }),
    ...(Array.isArray(stopSequences) && { stopSequences: stopSequences.map(String) }),
  };
}

function turnOf(message: unknown, index: number): Turn {
  const { role, content } = isObject(message) ? message : {};
  if (role !== 'user' && role !== 'assistant')
    throw validationError(`The role field in the Message object at messages.${index} must be user or assistant.`);
  if (!Array.isArray(content) || content.length === 0)
    throw validationError(
      `The content field in the Message object at messages.${index} is empty. Add a ContentBlock object to the content field and try again.`,
    );
  return { role, text: texts(content, `messages.${index}.content`) };
}

/** The texts of blocks; caches change nothing here. */
function texts(blocks: unknown, where: string): string {
  const found = (Array.isArray(blocks) ? blocks : []).flatMap((block: unknown, index) => {
    const [[kind, value] = ['nothing', undefined]] = isObject(block) ? Object.entries(block) : [];
    if (kind === 'cachePoint') return [];
    if (kind !== 'text' || typeof value !== 'string')
      throw validationError(
        `The models of the laptop region read text only: there is a ${kind} block at ${where}.${index}. Update the content block and try again.`,
      );
    if (value.trim() === '')
      throw validationError(
        `The text field in the ContentBlock object at ${where}.${index} is blank. Add text to the text field, and try again.`,
      );
    return [value];
  });
  return found.join('\n');
}

/** @param base what model; some take up an answer that was begun */
export function checkOrder(turns: readonly Turn[], base: string): void {
  if (turns[0]?.role !== 'user')
    throw validationError(
      'A conversation must start with a user message. Try again with a conversation that starts with a user message.',
    );
  if (turns.some(({ role }, index) => role === turns[index - 1]?.role))
    throw validationError(
      'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.',
    );
  if (turns.at(-1)?.role === 'assistant' && !GOES_ON.test(base))
    throw validationError(
      'A conversation must end with a user message. Try again with a conversation that ends with a user message.',
    );
}

export const usageOf = ({ inputTokens, outputTokens }: Answer) => ({
  inputTokens,
  outputTokens,
  totalTokens: inputTokens + outputTokens,
});

export function responseOf(answer: Answer, latencyMs: number): Json {
  return {
    output: { message: { role: 'assistant', content: [{ text: answer.text }] } },
    stopReason: answer.stopReason,
    usage: usageOf(answer),
    metrics: { latencyMs },
  };
}

/** The same as events; `deltas` are the pieces of the text. */
export function* eventsOf(answer: Answer, deltas: readonly string[], latencyMs: number): Generator<Json> {
  yield { messageStart: { role: 'assistant' } };
  for (const text of deltas) yield { contentBlockDelta: { delta: { text }, contentBlockIndex: 0 } };
  yield { contentBlockStop: { contentBlockIndex: 0 } };
  yield { messageStop: { stopReason: answer.stopReason } };
  yield { metadata: { usage: usageOf(answer), metrics: { latencyMs } } };
}
