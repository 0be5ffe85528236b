/** A model behind HTTP: what an inference container is. */

import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { Agent, type IncomingMessage, request } from 'node:http';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseS3Uri } from '../aws/s3.ts';
import { unpack } from './archives.ts';
import { relocated, relocatedAll } from './container-paths.ts';
import type { Container, Exit } from './containers.ts';
import { abortable, type Context } from './context.ts';
import { packagesOf } from './images.ts';
import { eachLine, Tail } from './lines.ts';
import type { LogStream } from './logs.ts';
import type { ContainerDefinition } from './models.ts';

const SHIM = fileURLToPath(new URL('serve.py', import.meta.url));
/** AWS's grace for inference containers. */
const STOP_GRACE_MS = 30_000;
const PING_TIMEOUT_MS = 2_000;
const PING_INTERVAL_MS = 50;

export interface ModelServerOptions {
  readonly container: ContainerDefinition;
  /** The server's own directory: emptied at start, removed at the end. */
  readonly base: string;
  readonly log: LogStream;
  readonly startTimeoutMs: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Gives up the start. */
  readonly signal: AbortSignal;
}

/** The model could not be served; the message ends with what the server said last. */
export class ServingError extends Error {
  override readonly name = 'ServingError';
}

export class ModelServer {
  /** Resolves when the server has gone, asked to or not. */
  readonly exited: Promise<Exit>;
  readonly tail: Tail;
  readonly #container: Container;
  readonly #port: number;
  readonly #output: Promise<unknown>;
  readonly #options: ModelServerOptions;
  readonly #agent = new Agent({ keepAlive: true });

  private constructor(
    options: ModelServerOptions,
    container: Container,
    port: number,
    tail: Tail,
    output: Promise<unknown>,
  ) {
    this.#options = options;
    this.#container = container;
    this.#port = port;
    this.#output = output;
    this.tail = tail;
    this.exited = container.exited;
  }

  /** Resolves when the model answers its ping. Rejects with a {@link ServingError}. */
  static async start(context: Context, options: ModelServerOptions): Promise<ModelServer> {
    const { base, log, signal } = options;
    await rm(base, { recursive: true, force: true });
    const tail = new Tail();
    const take = (line: string) => {
      tail.add(line);
      return log.write(line);
    };
    try {
      const { command, env } = await prepare(context, options, take);
      const container = context.containers.start({ command, args: ['-u', SHIM], cwd: base, env });
      const output = Promise.all([eachLine(container.stdout, take), eachLine(container.stderr, take)]);
      try {
        const port = await abortable(untilLoaded(container, output, tail, options.startTimeoutMs), signal);
        const server = new ModelServer(options, container, port, tail, output);
        await abortable(server.#untilPinged(options.startTimeoutMs), signal);
        return server;
      } catch (error) {
        await container.end(0);
        await output;
        throw error;
      }
    } catch (error) {
      await rm(base, { recursive: true, force: true });
      throw error instanceof ServingError
        ? error
        : new ServingError(error instanceof Error ? error.message : String(error));
    }
  }

  /** Sends a request to the model. The answer's body is to be read to its end. */
  invoke(body: Readable | Buffer, headers: Record<string, string>, timeoutMs: number): Promise<IncomingMessage> {
    return this.#request('POST', '/invocations', headers, body, timeoutMs);
  }

  /** Ends the server; resolves when it has gone and its last output is logged. */
  async end(): Promise<void> {
    this.#agent.destroy();
    await this.#container.end(STOP_GRACE_MS);
    await this.#output;
    await rm(this.#options.base, { recursive: true, force: true });
  }

  async #untilPinged(timeoutMs: number): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const answer = await this.#request('GET', '/ping', {}, Buffer.alloc(0), PING_TIMEOUT_MS).catch(() => undefined);
      answer?.resume();
      if (answer?.statusCode === 200) return;
      if (Date.now() > deadline) throw new ServingError(`no answer to /ping within ${timeoutMs / 1000} s`);
      await sleep(PING_INTERVAL_MS);
    }
  }

  #request(
    method: string,
    path: string,
    headers: Record<string, string>,
    body: Readable | Buffer,
    timeoutMs: number,
  ): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const outgoing = request({ host: '127.0.0.1', port: this.#port, method, path, headers, agent: this.#agent });
      outgoing.setTimeout(timeoutMs, () =>
        outgoing.destroy(new ServingError(`no answer within ${timeoutMs / 1000} s`)),
      );
      outgoing.on('error', reject);
      outgoing.once('response', resolve);
      if (body instanceof Readable) {
        body.once('error', (error) => outgoing.destroy(error));
        body.pipe(outgoing);
      } else outgoing.end(body);
    });
  }
}

async function prepare(context: Context, options: ModelServerOptions, onLine: (line: string) => void | Promise<void>) {
  const { container, base, signal } = options;
  const modelDirectory = join(base, 'model');
  await mkdir(modelDirectory, { recursive: true });
  await placeModel(context, container, modelDirectory, signal);
  const environment = container.Environment ?? {};
  const source = await placeSource(context, environment, base, signal);
  const program = environment.SAGEMAKER_PROGRAM ?? 'inference.py';
  if (!existsSync(join(source, program))) {
    throw new ServingError(
      `there is no ${program} in ${environment.SAGEMAKER_SUBMIT_DIRECTORY ?? "the model's code/ directory"}; set SAGEMAKER_PROGRAM and SAGEMAKER_SUBMIT_DIRECTORY`,
    );
  }
  const command = await abortable(context.venvs.python(packagesOf(container.Image ?? ''), source, onLine), signal);
  const env = {
    ...context.containerEnv,
    ...relocatedAll(environment, base),
    ...options.env,
    PATH: `${dirname(command)}:${context.containerEnv.PATH}`,
    SAGEMAKER_BASE_DIR: base,
    SAGEMAKER_PROGRAM: program,
    SAGEMAKER_SUBMIT_DIRECTORY: source,
    SM_MODEL_DIR: modelDirectory,
  };
  return { command, env };
}

async function placeModel(
  { s3 }: Context,
  container: ContainerDefinition,
  directory: string,
  signal: AbortSignal,
): Promise<void> {
  const source = container.ModelDataSource?.S3DataSource;
  if (source?.CompressionType === 'None') {
    await s3.download(source.S3Uri, directory, signal);
    return;
  }
  const uri = container.ModelDataUrl ?? source?.S3Uri;
  if (uri) await unpack(await s3.open(parseS3Uri(uri), signal), directory, signal);
}

/** The directory of the user's script. */
async function placeSource(
  { s3 }: Context,
  environment: Readonly<Record<string, string>>,
  base: string,
  signal: AbortSignal,
): Promise<string> {
  const given = environment.SAGEMAKER_SUBMIT_DIRECTORY;
  if (!given?.startsWith('s3://')) return given ? relocated(given, base) : join(base, 'model', 'code');
  const code = join(base, 'code');
  await unpack(await s3.open(parseS3Uri(given), signal), code, signal);
  return code;
}

/** The port the shim listens on, once the model is loaded. */
async function untilLoaded(
  container: Container,
  output: Promise<unknown>,
  tail: Tail,
  timeoutMs: number,
): Promise<number> {
  const timeout = new AbortController();
  const late = sleep(timeoutMs, 'late' as const, { signal: timeout.signal }).catch(() => 'late' as const);
  const report = await Promise.race([container.report, late]);
  timeout.abort();
  if (report === 'late') throw new ServingError(`the model was not loaded within ${timeoutMs / 1000} s`);
  if (report !== undefined) return Number(report);
  const exit = await container.exited;
  await output;
  throw new ServingError(exit.error ?? tail.lastLine());
}
