import type { Answer } from '../answering.ts';
import { limits } from '../converse.ts';
import { type Body, numberOf, object, textOf, user } from './body.ts';

const DEFAULT_TOKENS = 512;
const reasonOf = ({ stopReason }: Answer): string =>
  ({ end_turn: 'FINISH', max_tokens: 'LENGTH', stop_sequence: 'STOP_CRITERIA_MET' })[stopReason];

/** Titan Text. */
export const titan: Body = {
  question(request) {
    const config = object(request.textGenerationConfig);
    numberOf(config, 'temperature', 0, 1);
    numberOf(config, 'topP', 0, 1);
    const maxTokens = numberOf(config, 'maxTokenCount', 1, 8192) ?? DEFAULT_TOKENS;
    return { turns: user(textOf(request, 'inputText')), ...limits(maxTokens, config.stopSequences) };
  },
  response: ({ answer }) => ({
    inputTextTokenCount: answer.inputTokens,
    results: [{ tokenCount: answer.outputTokens, outputText: answer.text, completionReason: reasonOf(answer) }],
  }),
  chunks: ({ answer }, pieces) =>
    pieces.map((outputText, index) => {
      const last = index === pieces.length - 1;
      return {
        outputText,
        index: 0,
        totalOutputTextTokenCount: last ? answer.outputTokens : null,
        completionReason: last ? reasonOf(answer) : null,
        inputTextTokenCount: index === 0 ? answer.inputTokens : null,
      };
    }),
};
