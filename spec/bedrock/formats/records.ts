/** A training example as a line of each format has it. */
import type { TrainingFormat } from '../customization.ts';
import type { Exchange } from './exchange.ts';

/** The formats of questions and answers; plain text and images are no such. */
export type ExchangeFormat = Exclude<TrainingFormat, 'input' | 'image-caption'>;

export function recordOf(exchange: Exchange, format: ExchangeFormat): object {
  const { system, turns, reference, metadata } = exchange;
  switch (format) {
    case 'prompt-completion':
      return { prompt: turns[0]?.content, completion: turns.at(-1)?.content };
    case 'bedrock-conversation-2024':
      return {
        schemaVersion: 'bedrock-conversation-2024',
        ...(system === undefined ? {} : { system: [{ text: system }] }),
        messages: turns.map(({ role, content }) => ({ role, content: [{ text: content }] })),
      };
    case 'anthropic-messages':
      return {
        ...(system === undefined ? {} : { system }),
        messages: turns.map(({ role, content }) => ({ role, content })),
      };
    case 'openai-chat':
      return {
        ...metadata,
        messages: [...(system === undefined ? [] : [{ role: 'system', content: system }]), ...turns],
        ...(reference === undefined ? {} : { reference_answer: reference }),
      };
  }
}
