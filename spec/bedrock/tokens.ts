/** How many tokens examples come to: by their length, as only a model's own tokenizer knows. */
import { answerOf, type Example, questionOf } from '../data/examples.ts';
import type { BedrockSpec } from '../engine.ts';
import type { TokenEstimate } from '../record.ts';
import { knownModel } from './base.ts';
import { exchangeOf } from './formats/exchange.ts';
import { sizeOf } from './formats/rules.ts';
import { findModel } from './models.ts';
import { estimatedTokens } from './training-data.ts';

/** As of English text, where nothing is known of the model. */
const SOME_MODEL = { charactersPerToken: 4 };

/** About how many tokens a text is to a model, by its id. */
export const tokensIn = (text: string, model: string): number =>
  estimatedTokens(text.length, findModel(model) ?? SOME_MODEL);

/** Counts examples as the base model of a spec reads them. */
export function tokensOf({ train }: BedrockSpec): (example: Example) => TokenEstimate {
  const model = knownModel(train) ?? SOME_MODEL;
  return (example) => {
    if (example.kind === 'text') return { question: estimatedTokens(example.text.length, model), answer: 0 };
    const exchange = exchangeOf(example, train.prompt);
    if ('code' in exchange) return { question: 0, answer: 0 };
    const { inputTokens, outputTokens } = sizeOf(exchange);
    return { question: estimatedTokens(inputTokens, model), answer: estimatedTokens(outputTokens, model) };
  };
}

/** Counts examples as some model reads them, in no words but their own. */
export const tokensOfSome = (example: Example): TokenEstimate => ({
  question: estimatedTokens(questionOf(example).length, SOME_MODEL),
  answer: estimatedTokens(answerOf(example).length, SOME_MODEL),
});
