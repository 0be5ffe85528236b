import { randomUUID } from 'node:crypto';
import type { Json } from '../../../aws/model.ts';
import { validationError } from '../../../aws/protocol.ts';
import { checkOrder, limits } from '../converse.ts';
import { type Body, type Exchange, MANY, numberOf, plainText, textOf, turnsOf } from './body.ts';

const VERSION = 'bedrock-2023-05-31';

/** Claude's messages. */
export const claude: Body = {
  question(request, { base }) {
    if (textOf(request, 'anthropic_version') !== VERSION)
      throw validationError(`anthropic_version: value must be ${VERSION}`);
    const maxTokens = numberOf(request, 'max_tokens', 1, MANY);
    if (maxTokens === undefined) throw validationError('max_tokens: Field required');
    if (!Array.isArray(request.messages)) throw validationError('messages: Field required');
    numberOf(request, 'temperature', 0, 1);
    numberOf(request, 'top_p', 0, 1);
    const turns = turnsOf(request.messages);
    checkOrder(turns, base);
    return { turns, system: plainText(request.system ?? ''), ...limits(maxTokens, request.stop_sequences) };
  },
  response: (exchange) => ({ ...opened(exchange), ...ended(exchange), usage: usageOf(exchange) }),
  *chunks(exchange, pieces) {
    const usage = { ...usageOf(exchange), output_tokens: 0 };
    const message = { ...opened(exchange), content: [], stop_reason: null, stop_sequence: null, usage };
    yield { type: 'message_start', message };
    yield { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } };
    for (const text of pieces) yield { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } };
    yield { type: 'content_block_stop', index: 0 };
    yield { type: 'message_delta', delta: ended(exchange), usage: { output_tokens: exchange.answer.outputTokens } };
    yield { type: 'message_stop' };
  },
};

function opened({ base, answer }: Exchange): Json {
  return {
    model: base.replace(/^anthropic\.|-v\d+:\d+$/g, ''),
    id: `msg_bdrk_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text: answer.text }],
  };
}

function ended({ answer }: Exchange): Json {
  return { stop_reason: answer.stopReason, stop_sequence: answer.stopSequence ?? null };
}

function usageOf({ answer }: Exchange): Json {
  return { input_tokens: answer.inputTokens, output_tokens: answer.outputTokens };
}
