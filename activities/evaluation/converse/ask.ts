import { setTimeout as delay } from 'node:timers/promises';
import {
  type BedrockRuntimeClient,
  ConverseCommand,
  type ConverseCommandInput,
  type ConverseCommandOutput,
} from '@aws-sdk/client-bedrock-runtime';
import type { ConversePrompt } from '../../../spec/bedrock/question.ts';
import { askedBy, type RunRef } from '../../../spec/naming.ts';
import { errorTypeOf, translateAwsError } from '../../errors.ts';
import type { Limiter } from './limiter.ts';

const FIRST_BACKOFF_MS = 250;
const LONGEST_BACKOFF_MS = 20_000;
/** Tries of a row that AWS or the model fails at, before the row or the whole activity is given up for now. */
const TRIES = 5;

/** What a model said. */
export interface Reply {
  readonly text: string;
  /** It went on beyond `maxTokens`. */
  readonly cut: boolean;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Why a row has no answer, in AWS's words: the model takes no such question, or breaks down over it. */
export interface Refusal {
  readonly refused: string;
}

export interface AskOptions {
  /** That asks; not given where a person does. */
  readonly run?: RunRef;
  readonly modelId: string;
  readonly maxTokens: number;
  readonly temperature: number;
}

/** Asks one model, adapting to how much of it AWS takes. */
export class Asker {
  readonly #client: BedrockRuntimeClient;
  readonly #options: AskOptions;
  readonly #limiter: Limiter;
  readonly #signal: AbortSignal;

  constructor(client: BedrockRuntimeClient, options: AskOptions, limiter: Limiter, signal: AbortSignal) {
    this.#client = client;
    this.#options = options;
    this.#limiter = limiter;
    this.#signal = signal;
  }

  /**
   * Asks until there is an answer or a refusal: throttling and a model that is not ready are waited for as long as it
   * takes. Throws where no other question would be answered either, or AWS does not answer at all.
   *
   * @param order of those who wait, the least comes first
   */
  async ask(prompt: ConversePrompt, order: number): Promise<Reply | Refusal> {
    const { run, modelId, maxTokens, temperature } = this.#options;
    const request: ConverseCommandInput = {
      modelId,
      ...prompt,
      inferenceConfig: { maxTokens, temperature },
      ...(run && { requestMetadata: askedBy(run) }),
    };
    for (let attempt = 1; ; attempt += 1) {
      const place = await this.#limiter.enter(order);
      try {
        const output = await this.#client.send(new ConverseCommand(request), { abortSignal: this.#signal });
        place.leave('done');
        return replyIn(output);
      } catch (error) {
        const verdict = verdictOf(error, attempt);
        place.leave(verdict === 'wait' ? 'throttled' : 'failed');
        this.#signal.throwIfAborted();
        if (verdict === 'refusal') return { refused: error instanceof Error ? error.message : String(error) };
        if (verdict === 'throw') throw translateAwsError(error, `ask ${modelId}`);
      }
      await this.#pause(backoff(attempt));
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#signal }).catch(() => this.#signal.throwIfAborted());
  }
}

/** The model's own failures, over this question. */
const OF_THE_MODEL = new Set(['ModelErrorException', 'ModelTimeoutException']);

function verdictOf(error: unknown, attempt: number): 'wait' | 'again' | 'refusal' | 'throw' {
  if (error instanceof Error && OF_THE_MODEL.has(error.name)) return attempt < TRIES ? 'again' : 'refusal';
  switch (errorTypeOf(error)) {
    // A model that is not ready answers with 429 too.
    case 'Throttled':
    case 'QuotaExceeded':
      return 'wait';
    case 'Unavailable':
      return attempt < TRIES ? 'again' : 'throw';
    case 'InvalidRequest':
      return 'refusal';
    default:
      return 'throw';
  }
}

/** Milliseconds; no two askers that were throttled together come back together. */
function backoff(attempt: number): number {
  return Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2);
}

/** What Converse answers, also in the output of batch inference. */
export type ConverseOutput = Pick<ConverseCommandOutput, 'output' | 'stopReason' | 'usage'>;

export function replyIn({ output, stopReason, usage }: ConverseOutput): Reply {
  const text = (output?.message?.content ?? []).map((block) => block.text ?? '').join('');
  const { inputTokens = 0, outputTokens = 0 } = usage ?? {};
  return { text, cut: stopReason === 'max_tokens', inputTokens, outputTokens };
}
