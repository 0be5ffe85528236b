/**
 * A proxy between Temper and the AWS of a region, for tests that break what lies between them. It takes the plans of
 * `temper dev up --faults` (docs/faults.md), for S3 and CloudWatch Logs too, and holds a call at a moment of the test's
 * choice. It stands in a test and not in the region, as it is for one test's processes alone: those of other tests, and
 * the jobs of the region itself, go on undisturbed.
 */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { type CallFault, type FaultPlan, Faults } from '../../local/aws/faults.ts';
import { AwsError, sendError } from '../../local/aws/protocol.ts';
import type { RegionAddresses } from '../../local/index.ts';
import { type AwsCall, describeCall } from './aws-calls.ts';

type Env = Readonly<Record<string, string>>;

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

export class AwsProxy {
  /** The region's variables, with AWS's addresses leading here. */
  readonly env: Env;
  /** What was carried out, in order. */
  readonly done: AwsCall[] = [];
  /** Where SageMaker is; may move. */
  sagemakerUrl: string;
  readonly #awsUrl: string;
  readonly #server: Server;
  #faults = new Faults();
  #holds: Hold[] = [];

  private constructor(region: Pick<RegionAddresses, 'awsUrl' | 'sagemakerUrl'>, env: Env, server: Server) {
    this.#awsUrl = region.awsUrl;
    this.sagemakerUrl = region.sagemakerUrl;
    this.#server = server;
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const services = ['S3', 'CLOUDWATCH_LOGS', 'SAGEMAKER', 'SAGEMAKER_RUNTIME'];
    this.env = { ...env, ...Object.fromEntries(services.map((service) => [`AWS_ENDPOINT_URL_${service}`, url])) };
  }

  /** A proxy in front of the region, until the test is over. `env` are the variables of whoever is to go through it. */
  static async start(region: Pick<RegionAddresses, 'awsUrl' | 'sagemakerUrl'>, env: Env): Promise<AwsProxy> {
    const server = createServer();
    // Longer than SDKs keep idle connections, so that none is cut that no plan wants cut.
    server.keepAliveTimeout = 120_000;
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new AwsProxy(region, env, server);
    server.on('request', (incoming: IncomingMessage, response: ServerResponse) => {
      proxy.#pass(incoming, response).catch((error: unknown) => {
        if (error instanceof AwsError) sendError(response, error);
        else response.destroy();
      });
    });
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
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #pass(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const { call, body } = await describeCall(incoming);
    await this.#heldAt('before', call, response);
    const fault = this.#faults.meet(call.operation, call.name);
    if (fault.delaySeconds > 0) await unlessClosed(response, sleep(fault.delaySeconds * 1000));
    if (response.closed) return;
    if (refuse(call, fault, response)) return;
    const answer = await this.#forward(call, incoming, body);
    this.done.push(call);
    await this.#heldAt('after', call, response);
    if (fault.reset === 'after-done') await cut(answer, response);
    else {
      response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
      answer.on('error', () => response.destroy()).pipe(response);
    }
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

  async #forward(call: AwsCall, incoming: IncomingMessage, body: Readable): Promise<IncomingMessage> {
    const { hostname, port } = new URL(call.service === 'sagemaker' ? this.sagemakerUrl : this.#awsUrl);
    // Node has answered "continue" already, in the region's place.
    const { expect: _, ...headers } = incoming.headers;
    const outgoing = request({ hostname, port, method: incoming.method, path: incoming.url, headers, agent: false });
    body.on('error', () => outgoing.destroy()).pipe(outgoing);
    const [answer] = (await once(outgoing, 'response')) as [IncomingMessage];
    return answer;
  }
}

/** S3 has a word and a status of its own for it. */
const SLOW_DOWN = new AwsError('SlowDown', 'Please reduce your request rate.', 503);

/** Answers the call in the region's place, where the plan says so. */
function refuse({ service }: AwsCall, { error, status, reset }: CallFault, response: ServerResponse): boolean {
  if (error && service === 's3') {
    const told = error.code === 'ThrottlingException' ? SLOW_DOWN : error;
    response.writeHead(told.status ?? 400, { 'content-type': 'application/xml' });
    response.end(`<Error><Code>${told.code}</Code><Message>${told.message}</Message></Error>`);
  } else if (error) throw error;
  else if (status !== undefined) response.writeHead(status).end();
  else if (reset === 'before') response.destroy();
  else return false;
  return true;
}

/** Cuts the connection: of an object that is read, in the middle. */
async function cut(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await buffer(answer);
  if (answer.headers['content-type']?.includes('json') || body.length < 2) {
    response.destroy();
    return;
  }
  response.writeHead(answer.statusCode ?? 500, answer.rawHeaders);
  response.write(body.subarray(0, body.length / 2), () => response.destroy());
}

/** Waits, but no longer than the caller does. */
async function unlessClosed(response: ServerResponse, wait: Promise<void>): Promise<void> {
  await Promise.race([wait, response.closed ? undefined : once(response, 'close')]);
}
