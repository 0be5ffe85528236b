import { limits } from '../converse.ts';
import { type Body, numberOf, textOf, user } from './body.ts';

// What Llama's chat template writes around the turns.
const MARKS = /<\|start_header_id\|>\w*<\|end_header_id\|>|<\|\w+\|>/g;
const DEFAULT_TOKENS = 512;

export const llama: Body = {
  question(request) {
    numberOf(request, 'temperature', 0, 1);
    numberOf(request, 'top_p', 0, 1);
    const prompt = textOf(request, 'prompt').replace(MARKS, '\n').trim();
    return { turns: user(prompt), ...limits(numberOf(request, 'max_gen_len', 1, 8192) ?? DEFAULT_TOKENS, undefined) };
  },
  response: ({ answer }) => ({
    generation: answer.text,
    prompt_token_count: answer.inputTokens,
    generation_token_count: answer.outputTokens,
    stop_reason: answer.stopReason === 'max_tokens' ? 'length' : 'stop',
  }),
  chunks: ({ answer }, pieces) =>
    pieces.map((generation, index) => ({
      generation,
      prompt_token_count: index === 0 ? answer.inputTokens : null,
      generation_token_count: index + 1,
      stop_reason: index < pieces.length - 1 ? null : answer.stopReason === 'max_tokens' ? 'length' : 'stop',
    })),
};
