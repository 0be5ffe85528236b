import type { Json } from '../../../aws/model.ts';
import type { Answer } from '../answering.ts';
import { checkOrder, limits } from '../converse.ts';
import { type Body, MANY, numberOf, object, plainText, turnsOf } from './body.ts';
import { llama } from './llama.ts';

/** Imported models take either of two: a prompt, as Llama does, or OpenAI's chat completions. */
export const imported: Body = {
  question(request, served) {
    const maxTokens = numberOf(request, 'max_tokens', 1, MANY);
    if (!isChat(request)) {
      const question = llama.question(request, served);
      return { ...question, ...limits(maxTokens ?? question.maxTokens, request.stop) };
    }
    const messages = request.messages as unknown[];
    const turns = turnsOf(messages);
    checkOrder(turns, served.base);
    const system = messages.map(object).filter(({ role }) => role === 'system');
    return {
      turns,
      system: system.map(({ content }) => plainText(content)).join('\n'),
      ...limits(maxTokens, request.stop),
    };
  },
  response(exchange) {
    if (!isChat(exchange.request)) return llama.response(exchange);
    const { answer } = exchange;
    const message = { role: 'assistant', content: answer.text };
    return {
      object: 'chat.completion',
      choices: [{ index: 0, message, finish_reason: reasonOf(answer) }],
      usage: {
        prompt_tokens: answer.inputTokens,
        completion_tokens: answer.outputTokens,
        total_tokens: answer.inputTokens + answer.outputTokens,
      },
    };
  },
  chunks(exchange, pieces) {
    if (!isChat(exchange.request)) return llama.chunks(exchange, pieces);
    const chunk = (delta: Json, finish_reason: string | null): Json => ({
      object: 'chat.completion.chunk',
      choices: [{ index: 0, delta, finish_reason }],
    });
    return [...pieces.map((content) => chunk({ content }, null)), chunk({}, reasonOf(exchange.answer))];
  },
};

const isChat = ({ messages }: Json): boolean => Array.isArray(messages);

const reasonOf = ({ stopReason }: Answer): string => (stopReason === 'max_tokens' ? 'length' : 'stop');
