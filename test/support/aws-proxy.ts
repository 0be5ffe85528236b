/**
 * A proxy between Temper and the AWS of a region, for tests that break what lies between them. It takes the plans of
 * `temper dev up --faults` (docs/faults.md), for S3 and CloudWatch Logs too, and holds a call at a moment of the test's
 * choice. It stands in a test and not in the region, as it is for one test's processes alone: those of other tests, and
 * the jobs of the region itself, go on undisturbed.
 */
import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type CallFault, type FaultPlan, Faults } from '../../local/aws/faults.ts';
import { AwsError, sendError } from '../../local/aws/protocol.ts';
import { cut, type Listening, listen } from '../../local/aws/server.ts';
import { MODELS } from '../../local/bedrock/models.ts';
import type { RegionAddresses } from '../../local/index.ts';
import { type AwsCall, describeCall } from './aws-calls.ts';

type Env = Readonly<Record<string, string>>;
type Addresses = Pick<RegionAddresses, 'awsUrl' | 'sagemakerUrl' | 'bedrockUrl'>;

const BEDROCK_STATUSES = Object.assign({}, ...MODELS.map(({ errors }) => errors));

/** Before the call is carried out, or when it is but its caller does not know. */
export type When = 'before' | 'after';

/** A call to be held: the first of the operation on something with `name` and `within` in its name. */
export interface Moment {
  readonly operation: string;
  readonly when: When;
  readonly name: string;
  readonly within?: string;
}

export interface Held {
  /** Resolves when the call has come to the moment. */
  readonly reached: Promise<void>;
  /** Lets it go on. A call whose caller has hung up by then is not carried out. */
  release(): void;
}

interface Hold extends Moment {
  reach(): void;
  readonly released: Promise<void>;
}

type Answer = Pick<IncomingMessage, 'headers' | 'rawHeaders'> & {
  readonly statusCode: number;
  readonly body: Readable;
};

export class AwsProxy {
  /** The region's variables, with AWS's addresses leading here. */
  readonly env: Env;
  /** What was carried out, in order. */
  readonly done: AwsCall[] = [];
  /** Calls that have come and are not answered yet. */
  underWay = 0;
  /** Where SageMaker and Bedrock are; may move. */
  sagemakerUrl: string;
  bedrockUrl: string;
  readonly #awsUrl: string;
  readonly #listening: Listening;
  /** Names of what Bedrock has told ARNs of. */
  readonly #names = new Map<string, string>();
  #faults = new Faults();
  #holds: Hold[] = [];

  private constructor(region: Addresses, env: Env, listening: Listening) {
    this.#awsUrl = region.awsUrl;
    this.sagemakerUrl = region.sagemakerUrl;
    this.bedrockUrl = region.bedrockUrl;
    this.#listening = listening;
    const services = ['S3', 'CLOUDWATCH_LOGS', 'SAGEMAKER', 'SAGEMAKER_RUNTIME', 'BEDROCK', 'BEDROCK_RUNTIME'];
    this.env = {
      ...env,
      ...Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL_${service}`, listening.url])),
    };
  }

  /** A proxy in front of the region, until the test is over. `env` are the variables of whoever is to go through it. */
  static async start(region: Addresses, env: Env): Promise<AwsProxy> {
    const listening = await listen(0, async (incoming, response) => {
      proxy.underWay += 1;
      try {
        await proxy.#pass(incoming, response);
      } catch (error) {
        if (error instanceof AwsError) throw error;
        cut(response);
      } finally {
        proxy.underWay -= 1;
      }
    });
    const proxy: AwsProxy = new AwsProxy(region, env, listening);
    onTestFinished(() => proxy.close());
    return proxy;
  }

  setFaults(plan: FaultPlan): void {
    this.#faults = new Faults(plan);
  }

  hold(moment: Moment): Held {
    let reach = (): void => {};
    let release = (): void => {};
    const reached = new Promise<void>((resolve) => {
      reach = resolve;
    });
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.#holds.push({ ...moment, reach, released });
    return { reached, release };
  }

  async close(): Promise<void> {
    await this.#listening.close();
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { call, body } = await this.#describe(incoming);
    await this.#heldAt('before', call, response);
    const fault = this.#faults.meet(call.operation, call.name);
    if (fault.delaySeconds > 0) await unlessClosed(response, sleep(fault.delaySeconds * 1000));
    if (isClosed(response)) return;
    if (refuse(call, fault, response)) return;
    const forwarded = await this.#forward(call, incoming, body);
    const answer = call.service === 'bedrock' ? await this.#namesIn(call, forwarded) : forwarded;
    this.done.push(call);
    await this.#heldAt('after', call, response);
    if (fault.reset === 'after-done') await cutShort(answer, response);
    else {
      response.writeHead(answer.statusCode, headersFor(response, answer));
      answer.body.on('error', () => cut(response)).pipe(response);
    }
  }

  /** Reads what Bedrock tells, to know later what an ARN is of. Events are left to stream. */
  async #namesIn({ name }: AwsCall, answer: Answer): Promise<Answer> {
    if (answer.headers['content-type'] !== 'application/json') return answer;
    const body = await buffer(answer.body);
    const told = JSON.parse(body.toString() || '{}') as Readonly<Record<string, unknown>>;
    for (const arn of Object.values(told)) {
      if (typeof arn === 'string' && /^arn:aws:bedrock:[^:]*:\d+:/.test(arn)) this.#names.set(arn, name);
    }
    return { ...answer, body: Readable.from([body]) };
  }

  /** What Bedrock has told an ARN of goes by its name too. */
  async #describe(incoming: IncomingMessage): Promise<{ call: AwsCall; body: Readable }> {
    const { call, body } = await describeCall(incoming);
    const named = [...this.#names].filter(([arn]) => call.name.includes(arn)).map(([, name]) => name);
    return { call: { ...call, name: [call.name, ...named].join(' ') }, body };
  }

  async #heldAt(when: When, { operation, name }: AwsCall, response: ServerResponse): Promise<void> {
    const hold = this.#holds.find(
      (each) =>
        each.when === when &&
        each.operation === operation &&
        name.includes(each.name) &&
        name.includes(each.within ?? ''),
    );
    if (!hold) return;
    this.#holds = this.#holds.filter((each) => each !== hold);
    hold.reach();
    await unlessClosed(response, hold.released);
  }

  #urlOf({ service }: AwsCall): string {
    return service === 'sagemaker' ? this.sagemakerUrl : service === 'bedrock' ? this.bedrockUrl : this.#awsUrl;
  }

  async #forward(call: AwsCall, incoming: IncomingMessage, body: Readable): Promise<Answer> {
    const { hostname, port } = new URL(this.#urlOf(call));
    // Node has answered "continue" already, in the region's place; what HTTP/2 has beside headers, HTTP/1.1 has before.
    const { expect: _, ...given } = incoming.headers;
    const headers = Object.fromEntries(Object.entries(given).filter(([name]) => !name.startsWith(':')));
    const outgoing = request({ hostname, port, method: incoming.method, path: incoming.url, headers, agent: false });
    body.on('error', () => outgoing.destroy()).pipe(outgoing);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    const { statusCode = 500, headers: told, rawHeaders } = answer;
    return { statusCode, headers: told, rawHeaders, body: answer };
  }
}

/** HTTP/2 has no headers about its connection. */
function headersFor(response: ServerResponse, { headers, rawHeaders }: Answer) {
  if (response.req.httpVersionMajor === 1) return rawHeaders;
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !OF_CONNECTION.has(name)));
}

const OF_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** S3 has a word and a status of its own for it. */
const SLOW_DOWN = new AwsError('SlowDown', 'Please reduce your request rate.', 503);

/** Answers the call in the region's place, where the plan says so. */
function refuse({ service }: AwsCall, { error, status, reset }: CallFault, response: ServerResponse): boolean {
  if (error && service === 's3') {
    const told = error.code === 'ThrottlingException' ? SLOW_DOWN : error;
    response.writeHead(told.status ?? 400, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${told.code}</Code><Message>${told.message}</Message></Error>`);
  } else if (error) sendError(response, error, service === 'bedrock' ? BEDROCK_STATUSES : {});
  else if (status !== undefined) response.writeHead(status).end();
  else if (reset === 'before') cut(response);
  else return false;
  return true;
}

/** Cuts the connection: of an object that is read, in the middle. */
async function cutShort(answer: Answer, response: ServerResponse): Promise<void> {
  const body = await buffer(answer.body);
  if (answer.headers['content-type']?.includes('json') || body.length < 2) {
    cut(response);
    return;
  }
  response.writeHead(answer.statusCode, answer.rawHeaders);
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

/** Waits, but no longer than the caller does. */
/** Whether the caller has hung up; of HTTP/2 only the stream of a response says it. */
function isClosed(response: ServerResponse & { readonly stream?: { readonly closed: boolean } }): boolean {
  return response.stream?.closed ?? response.closed;
}

async function unlessClosed(response: ServerResponse, wait: Promise<void>): Promise<void> {
  await Promise.race([wait, isClosed(response) ? undefined : once(response, 'close')]);
}
