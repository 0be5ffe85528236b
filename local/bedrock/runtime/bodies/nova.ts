import { eventsOf, questionOf, usageOf } from '../converse.ts';
import { type Body, MANY, malformed, numberOf, object } from './body.ts';

export const nova: Body = {
  question(request, served) {
    const config = object(request.inferenceConfig);
    numberOf(config, 'temperature', 0, 1);
    numberOf(config, 'topP', 0, 1);
    const maxTokens = numberOf(config, 'maxTokens', 1, MANY);
    if (!Array.isArray(request.messages)) throw malformed('required key [messages] not found');
    return questionOf(served, {
      ...request,
      inferenceConfig: { ...config, maxTokens: maxTokens ?? config.max_new_tokens },
    });
  },
  response: ({ answer }) => ({
    output: { message: { role: 'assistant', content: [{ text: answer.text }] } },
    stopReason: answer.stopReason,
    usage: usageOf(answer),
  }),
  chunks: ({ answer }, pieces) => eventsOf(answer, pieces, 0),
};
