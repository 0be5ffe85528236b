/** Bedrock's runtime: Converse and InvokeModel. */
import { isObject, type Json } from '../../aws/model.ts';
import type { Operations } from '../../aws/operations.ts';
import { validationError } from '../../aws/protocol.ts';
import type { Service } from '../context.ts';
import { promptText } from '../learning/prompt.ts';
import { tokensOf } from '../learning/tokens.ts';
import type { Answer, Answering } from './answering.ts';
import type { Body, Exchange } from './bodies/body.ts';
import { bodyOf } from './bodies/index.ts';
import { eventsOf, questionOf, responseOf } from './converse.ts';

/** An answer in the body that was asked for. */
export interface Invoked {
  readonly body: Json;
  readonly answer: Answer;
}

export class Runtime implements Service {
  readonly operations: Operations;
  readonly #answering: Answering;

  constructor(answering: Answering) {
    this.#answering = answering;
    this.operations = {
      Converse: async (request) => (await this.converse(String(request.modelId), request)).body,
      ConverseStream: async (request) => ({ stream: this.#stream(String(request.modelId), request) }),
      InvokeModel: async (request) => {
        const { body } = await this.invoke(String(request.modelId), readJson(request.body));
        return { body: Buffer.from(JSON.stringify(body)), contentType: 'application/json' };
      },
      InvokeModelWithResponseStream: async (request) => ({
        body: this.#chunks(String(request.modelId), readJson(request.body)),
        contentType: 'application/json',
      }),
      CountTokens: (request) => this.#countTokens(String(request.modelId), request.input as Json),
    };
  }

  /** @param request the body of a Converse call */
  async converse(modelId: string, request: Json): Promise<Invoked> {
    const start = performance.now();
    const served = this.#answering.served(modelId);
    const answer = await this.#answering.answer(served, questionOf(served, request));
    return { answer, body: responseOf(answer, elapsed(start)) };
  }

  /** @param request the body of an InvokeModel call, as the model's family has it */
  async invoke(modelId: string, request: Json): Promise<Invoked> {
    const { body, exchange } = await this.#exchange(modelId, request);
    return { answer: exchange.answer, body: body.response(exchange) };
  }

  /** Throws AWS's error where the model cannot be asked. */
  check(modelId: string): void {
    this.#answering.served(modelId);
  }

  async *#stream(modelId: string, request: Json): AsyncGenerator<Json> {
    const start = performance.now();
    const served = this.#answering.served(modelId);
    const answer = await this.#answering.answer(served, questionOf(served, request));
    yield* eventsOf(answer, tokensOf(answer.text), elapsed(start));
  }

  async #exchange(modelId: string, request: Json): Promise<{ body: Body; exchange: Exchange }> {
    const served = this.#answering.served(modelId);
    const body = bodyOf(served.base);
    const question = body.question(request, served);
    const answer = await this.#answering.answer(served, question);
    return { body, exchange: { request, base: served.base, question, answer } };
  }

  async *#chunks(modelId: string, request: Json): AsyncGenerator<Json> {
    const start = performance.now();
    const { body, exchange } = await this.#exchange(modelId, request);
    const { text, inputTokens, outputTokens } = exchange.answer;
    const chunks = [...body.chunks(exchange, tokensOf(text))];
    for (const [index, chunk] of chunks.entries()) {
      const latency = elapsed(start);
      const metrics = {
        inputTokenCount: inputTokens,
        outputTokenCount: outputTokens,
        invocationLatency: latency,
        firstByteLatency: latency,
      };
      const told = index < chunks.length - 1 ? chunk : { ...chunk, 'amazon-bedrock-invocationMetrics': metrics };
      yield { chunk: { bytes: Buffer.from(JSON.stringify(told)) } };
    }
  }

  #countTokens(modelId: string, { converse, invokeModel }: Json): Json {
    const served = this.#answering.served(modelId);
    const body = isObject(invokeModel) ? Buffer.from(String(invokeModel.body), 'base64') : undefined;
    const { turns, system } = body
      ? bodyOf(served.base).question(readJson(body), served)
      : questionOf(served, converse as Json);
    return { inputTokens: tokensOf(promptText(turns, system)).length };
  }
}

const elapsed = (start: number): number => Math.round(performance.now() - start);

function readJson(body: unknown): Json {
  try {
    const json: unknown = JSON.parse(String(body));
    if (isObject(json)) return json;
  } catch {
    // Told below.
  }
  throw validationError('Malformed input request, please reformat your input and try again.');
}
