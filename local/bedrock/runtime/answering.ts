import { readFile } from 'node:fs/promises';
import { AwsError, validationError } from '../../aws/protocol.ts';
import type { Served, Service } from '../context.ts';
import { LearnedModel } from '../learning/learned-model.ts';
import { promptText, type Turn } from '../learning/prompt.ts';
import { tokensOf } from '../learning/tokens.ts';
import { untrainedAnswer } from '../learning/untrained.ts';
import { baseModelOf, notOnDemand } from './base-models.ts';

/** What a model is asked, whatever it travelled in. */
export interface Question {
  readonly turns: readonly Turn[];
  readonly system?: string;
  /** At least 1; without it, all of the answer is given. */
  readonly maxTokens?: number;
  readonly stopSequences?: readonly string[];
}

export interface Answer {
  readonly text: string;
  readonly stopReason: 'end_turn' | 'max_tokens' | 'stop_sequence';
  /** The sequence that ended it. */
  readonly stopSequence?: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Models that have learned much take a while to load; a few are kept. */
const KEPT = 8;

/** Answers as the model that an id means would. */
export class Answering {
  readonly #services: readonly Pick<Service, 'served'>[];
  readonly #learned = new Map<string, Promise<LearnedModel>>();

  /** @param services the parts of Bedrock that serve models */
  constructor(services: readonly Pick<Service, 'served'>[]) {
    this.#services = services;
  }

  /** The model that answers to an id or an ARN. Throws AWS's error where none does. */
  served(modelId: string): Served {
    for (const service of this.#services) {
      const served = service.served?.(modelId);
      if (served) return served;
    }
    const base = baseModelOf(modelId);
    if (base !== undefined) return { base };
    if (/:custom-model\//.test(modelId)) throw notOnDemand(modelId);
    throw validationError('The provided model identifier is invalid.');
  }

  async answer({ base, learned, ready = true }: Served, question: Question): Promise<Answer> {
    if (!ready)
      throw new AwsError(
        'ModelNotReadyException',
        'Model is not ready for inference. Wait and try your request again. Refer to https://docs.aws.amazon.com/bedrock/latest/userguide/invoke-imported-model.html#handle-model-not-ready-exception.',
      );
    const prompt = promptText(question.turns, question.system);
    const text = learned === undefined ? untrainedAnswer(base, prompt) : (await this.#load(learned)).answer(prompt);
    return cut(text, question, tokensOf(prompt).length);
  }

  #load(file: string): Promise<LearnedModel> {
    const loaded =
      this.#learned.get(file) ?? readFile(file, 'utf8').then((saved) => new LearnedModel(JSON.parse(saved)));
    // Put in again, it is the last one to go.
    this.#learned.delete(file);
    this.#learned.set(file, loaded);
    loaded.catch(() => this.#learned.delete(file));
    const [oldest] = this.#learned.keys();
    if (this.#learned.size > KEPT && oldest !== undefined) this.#learned.delete(oldest);
    return loaded;
  }
}

/** As far as the answer may go. */
function cut(
  whole: string,
  { maxTokens = Number.POSITIVE_INFINITY, stopSequences = [] }: Question,
  inputTokens: number,
) {
  const found = stopSequences
    .map((stopSequence) => ({ stopSequence, at: whole.indexOf(stopSequence) }))
    .filter(({ at }) => at >= 0)
    .sort((a, b) => a.at - b.at)[0];
  const tokens = tokensOf(found ? whole.slice(0, found.at) : whole);
  const answer = (text: string, outputTokens: number, end: Pick<Answer, 'stopReason' | 'stopSequence'>): Answer => ({
    text,
    inputTokens,
    outputTokens,
    ...end,
  });
  if (tokens.length > maxTokens) {
    const kept = tokens.slice(0, maxTokens);
    return answer(kept.join(''), kept.length, { stopReason: 'max_tokens' });
  }
  if (found)
    return answer(tokens.join(''), tokens.length, { stopReason: 'stop_sequence', stopSequence: found.stopSequence });
  return answer(whole, tokens.length, { stopReason: 'end_turn' });
}
