import { randomUUID } from 'node:crypto';
import type { Answer } from '../answering.ts';
import { limits } from '../converse.ts';
import { type Body, numberOf, textOf, user } from './body.ts';

const DEFAULT_TOKENS = 20;
const reasonOf = ({ stopReason }: Answer): string => (stopReason === 'max_tokens' ? 'MAX_TOKENS' : 'COMPLETE');

/** Cohere Command, before Command R. */
export const cohere: Body = {
  question(request) {
    numberOf(request, 'temperature', 0, 5);
    numberOf(request, 'p', 0, 1);
    const maxTokens = numberOf(request, 'max_tokens', 1, 4096) ?? DEFAULT_TOKENS;
    return { turns: user(textOf(request, 'prompt')), ...limits(maxTokens, request.stop_sequences) };
  },
  response: ({ answer, question }) => ({
    id: randomUUID(),
    generations: [{ id: randomUUID(), text: answer.text, finish_reason: reasonOf(answer) }],
    prompt: question.turns.map((turn) => turn.text).join('\n'),
  }),
  *chunks({ answer }, pieces) {
    for (const text of pieces) yield { text, is_finished: false };
    yield { is_finished: true, finish_reason: reasonOf(answer) };
  },
};
