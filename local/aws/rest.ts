/** AWS's REST protocol with JSON bodies: requests found by method and path, and members where the model has them. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { streamMessage } from './event-stream.ts';
import { isObject, type Json, type Operation, type ServiceModel, type Shape } from './model.ts';
import { AwsError, sendJson } from './protocol.ts';

/** An operation that a request asks for. */
export interface Route {
  readonly model: ServiceModel;
  readonly operation: string;
  /** What the path says, by label. */
  readonly labels: Readonly<Record<string, string>>;
}

/** Finds the operation; `undefined` where no model has one there. */
export function route(models: readonly ServiceModel[], { method, url = '' }: IncomingMessage): Route | undefined {
  const [path = ''] = url.split('?');
  const parts = path.split('/');
  for (const model of models) {
    for (const [operation, { http }] of Object.entries(model.operations)) {
      const labels = http?.method === method ? match(http?.path ?? '', parts) : undefined;
      if (labels) return { model, operation, labels };
    }
  }
  return undefined;
}

function match(template: string, parts: readonly string[]): Record<string, string> | undefined {
  const expected = template.split('/');
  if (expected.length !== parts.length) return undefined;
  const labels: Record<string, string> = {};
  for (const [index, name] of expected.entries()) {
    const part = parts[index] ?? '';
    if (name.startsWith('{')) labels[name.slice(1, -1)] = decoded(part);
    else if (name !== part) return undefined;
  }
  return labels;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new AwsError('SerializationException', `the path has a part that cannot be decoded: ${part}`);
  }
}

/** The members of a request, wherever they travel. */
export function readRequest(found: Route, { url = '', headers }: IncomingMessage, body: Buffer): Json {
  const { model, operation, labels } = found;
  const shape = model.shape(model.operations[operation]?.input);
  const query = new URLSearchParams(url.slice(url.indexOf('?') + 1));
  const request: Json = shape.payload ? { [shape.payload]: body } : jsonOf(body);
  for (const [member, { in: where, name }] of Object.entries(shape.locations ?? {})) {
    const header = headers[name.toLowerCase()];
    const texts =
      where === 'uri'
        ? [labels[name] ?? '']
        : where === 'querystring'
          ? query.getAll(name)
          : header
            ? [`${header}`]
            : [];
    if (texts.length === 0) delete request[member];
    else request[member] = fromText(model, model.shape(shape.members?.[member]), texts);
  }
  return request;
}

function jsonOf(body: Buffer): Json {
  try {
    const json: unknown = body.length === 0 ? {} : JSON.parse(body.toString('utf8'));
    if (isObject(json)) return json;
  } catch {
    // Told below.
  }
  throw new AwsError('SerializationException', 'the request body is not a JSON object');
}

/** What stands as text in a path, a query or a header. */
function fromText(model: ServiceModel, shape: Shape, texts: readonly string[]): unknown {
  if (shape.type === 'list') return texts.map((each) => fromText(model, model.shape(shape.member), [each]));
  const [text = ''] = texts;
  if (shape.type === 'string') return text;
  if (shape.type === 'boolean') return text === 'true';
  const number = shape.type === 'timestamp' ? Date.parse(text) / 1000 : Number(text);
  if (text === '' || Number.isNaN(number))
    throw new AwsError('SerializationException', `${JSON.stringify(text)} can not be converted to a ${shape.type}`);
  return number;
}

/** Sends what a handler gave: JSON, or where the model says so, bytes, or events as they come. */
export async function sendAnswer(
  response: ServerResponse,
  { model, operation }: Route,
  output: Json,
  requestId: string,
): Promise<void> {
  const { output: name, http } = model.operations[operation] as Operation;
  const shape = model.shape(name);
  const status = http?.status ?? 200;
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-amzn-requestid': requestId };
  for (const [member, location] of Object.entries(shape.locations ?? {})) {
    if (output[member] !== undefined) headers[location.name.toLowerCase()] = String(output[member]);
  }
  if (!shape.payload) {
    sendJson(response, status, model.project(name ?? '', output), headers);
    return;
  }
  const payload = output[shape.payload];
  const payloadName = shape.members?.[shape.payload] ?? '';
  if (model.shape(payloadName).eventstream) {
    const events = payload as AsyncIterable<Json>;
    await sendEvents(response, status, headers, events, (event) => model.project(payloadName, event) as Json);
  } else {
    response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(payload as Buffer) });
    response.end(payload);
  }
}

/** Each event has one member, which names it. What is thrown before the first is an answer like any other error. */
async function sendEvents(
  response: ServerResponse,
  status: number,
  headers: Record<string, string>,
  events: AsyncIterable<Json>,
  project: (event: Json) => Json,
): Promise<void> {
  try {
    for await (const event of events) {
      if (!response.headersSent)
        response.writeHead(status, { ...headers, 'content-type': 'application/vnd.amazon.eventstream' });
      const [[type, body] = ['', {}]] = Object.entries(project(event));
      response.write(streamMessage('event', type, body));
    }
  } catch (error) {
    if (!response.headersSent || !(error instanceof AwsError)) throw error;
    const type = error.code.charAt(0).toLowerCase() + error.code.slice(1);
    response.write(streamMessage('exception', type, { message: error.message }));
  }
  response.end();
}
