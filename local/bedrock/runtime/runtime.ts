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
import type { InvocationLogging, LoggedAnswer, LoggedCall } from './invocation-logging.ts';

/** An answer in the body that was asked for. */
export interface Invoked {
  readonly body: Json;
  readonly answer: Answer;
}

export class Runtime implements Service {
  readonly operations: Operations;
  readonly #answering: Answering;

  /** @param logging of calls; what jobs ask is not logged */
  constructor(answering: Answering, logging: InvocationLogging) {
    this.#answering = answering;
    const logged = (call: LoggedCall) =>
      logging.logged(
        call,
        () => this.converse(call.modelId, call.input),
        ({ body, answer }) => loggedAnswer(body, answer),
      );
    this.operations = {
      Converse: async (request, _, requestId) => (await logged(conversation('Converse', requestId, request))).body,
      ConverseStream: (request, _, requestId) => ({
        stream: this.#stream(() => logged(conversation('ConverseStream', requestId, request))),
      }),
      InvokeModel: async (request, _, requestId) => {
        const [modelId, input] = [String(request.modelId), readJson(request.body)];
        const { body } = await logging.logged(
          { operation: 'InvokeModel', requestId, modelId, input },
          () => this.invoke(modelId, input),
          (invoked) => loggedAnswer(invoked.body, invoked.answer),
        );
        return { body: Buffer.from(JSON.stringify(body)), contentType: 'application/json' };
      },
      InvokeModelWithResponseStream: (request, _, requestId) => {
        const [modelId, input] = [String(request.modelId), readJson(request.body)];
        const chunks = () =>
          logging.logged(
            { operation: 'InvokeModelWithResponseStream', requestId, modelId, input },
            () => this.#chunks(modelId, input),
            ({ body, answer }) => loggedAnswer(body, answer),
          );
        return { body: streamed(chunks), contentType: 'application/json' };
      },
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

  async *#stream(converse: () => Promise<Invoked>): AsyncGenerator<Json> {
    const start = performance.now();
    const { answer } = await converse();
    yield* eventsOf(answer, tokensOf(answer.text), elapsed(start));
  }

  async #exchange(modelId: string, request: Json): Promise<{ body: Body; exchange: Exchange }> {
    const served = this.#answering.served(modelId);
    const body = bodyOf(served.base);
    const question = body.question(request, served);
    const answer = await this.#answering.answer(served, question);
    return { body, exchange: { request, base: served.base, question, answer } };
  }

  /** The chunks of a streamed answer. */
  async #chunks(modelId: string, request: Json): Promise<{ readonly body: readonly Json[]; readonly answer: Answer }> {
    const start = performance.now();
    const { body, exchange } = await this.#exchange(modelId, request);
    const { text, inputTokens, outputTokens } = exchange.answer;
    const chunks = [...body.chunks(exchange, tokensOf(text))];
    const latency = elapsed(start);
    const metrics = {
      inputTokenCount: inputTokens,
      outputTokenCount: outputTokens,
      invocationLatency: latency,
      firstByteLatency: latency,
    };
    const last = chunks.length - 1;
    const told = chunks.map((chunk, index) =>
      index < last ? chunk : { ...chunk, 'amazon-bedrock-invocationMetrics': metrics },
    );
    return { body: told, answer: exchange.answer };
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

/** A call of Converse or ConverseStream; its metadata is beside the body in logs. */
function conversation(
  operation: 'Converse' | 'ConverseStream',
  requestId: string,
  { modelId, requestMetadata, ...input }: Json,
): LoggedCall {
  return { operation, requestId, modelId: String(modelId), input, requestMetadata };
}

const loggedAnswer = (output: unknown, { inputTokens, outputTokens }: Answer): LoggedAnswer => ({
  output,
  inputTokens,
  outputTokens,
});

async function* streamed(chunks: () => Promise<{ readonly body: readonly Json[] }>): AsyncGenerator<Json> {
  for (const chunk of (await chunks()).body) yield { chunk: { bytes: Buffer.from(JSON.stringify(chunk)) } };
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
