import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { abortable, type Context } from './context.ts';
import type { LogStream } from './logs.ts';
import { ModelServer, ServingError } from './model-server.ts';
import type { ContainerDefinition } from './models.ts';

/** A production variant, with its container as it was when the fleet was asked for. */
export interface VariantSpec {
  readonly name: string;
  readonly weight: number;
  readonly instances: number;
  readonly container: ContainerDefinition;
  readonly startTimeoutSeconds: number;
}

export interface FleetOptions {
  readonly endpoint: string;
  /** Names the fleet among those of its endpoint. */
  readonly id: string;
  readonly variants: readonly VariantSpec[];
}

/** AWS waits this long for an answer. */
const INVOCATION_TIMEOUT_MS = 60_000;
const MAX_BACKOFF_MS = 30_000;
/** A server that was up this long has not died of its start. */
const STABLE_MS = 60_000;

/** The servers behind an endpoint: one for each variant, started again when it dies. */
export class Fleet {
  readonly #variants: readonly Variant[];
  #underWay = 0;
  #idle: () => void = () => {};

  constructor(context: Context, options: FleetOptions) {
    this.#variants = options.variants.map((spec) => new Variant(context, options, spec));
  }

  /** Starts every variant. Rejects with the name of the first that fails in the message, and ends the others. */
  async start(): Promise<void> {
    try {
      await Promise.all(this.#variants.map((variant) => variant.start()));
    } catch (error) {
      await Promise.all(this.#variants.map((variant) => variant.end()));
      throw error;
    }
  }

  /** Starts every variant, and tries again where one fails: the fleet served before. */
  restore(): void {
    for (const variant of this.#variants) variant.restore();
  }

  /** The variant that takes the next request: the wanted one, or one by weight. */
  choose(wanted: string | undefined): Variant | undefined {
    if (wanted !== undefined) return this.#variants.find(({ name }) => name === wanted);
    const total = this.#variants.reduce((sum, { weight }) => sum + weight, 0);
    let point = Math.random() * total;
    for (const variant of this.#variants) {
      point -= variant.weight;
      if (point < 0) return variant;
    }
    return this.#variants[0];
  }

  /** Does `work` with the fleet kept up until it is done. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#underWay += 1;
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#idle();
    }
  }

  /** Ends the servers when they have answered what is under way. */
  async end(): Promise<void> {
    const idle = new Promise<void>((resolve) => {
      this.#idle = resolve;
      if (this.#underWay === 0) resolve();
    });
    await Promise.race([idle, sleep(INVOCATION_TIMEOUT_MS, undefined, { ref: false })]);
    await Promise.all(this.#variants.map((variant) => variant.end()));
  }
}

export class Variant {
  readonly name: string;
  readonly weight: number;
  readonly #context: Context;
  readonly #spec: VariantSpec;
  readonly #base: string;
  readonly #log: LogStream;
  readonly #ending = new AbortController();
  #failures = 0;
  #server: Promise<ModelServer> = Promise.reject(new ServingError('not started'));

  constructor(context: Context, { endpoint, id }: FleetOptions, spec: VariantSpec) {
    this.name = spec.name;
    this.weight = spec.weight;
    this.#context = context;
    this.#spec = spec;
    this.#base = join(context.home, 'endpoints', endpoint.toLowerCase(), `${id}-${spec.name.toLowerCase()}`);
    this.#log = context.logs.stream(`/aws/sagemaker/Endpoints/${endpoint}`, `${spec.name}/${id}`);
    this.#server.catch(() => {});
  }

  async start(): Promise<void> {
    this.#server = this.#launch();
    await this.#server.catch((error: unknown) => {
      const detail = error instanceof Error ? error.message : String(error);
      throw new ServingError(
        `The primary container for production variant ${this.name} did not pass the ping health check. Please check CloudWatch logs for this endpoint. ${detail}`,
      );
    });
  }

  restore(): void {
    this.#server = this.#launchUntilUp();
    this.#server.catch(() => {});
  }

  /** The model's answer. Waits for a server that is being started; rejects with a {@link ServingError}. */
  async invoke(body: Readable, headers: Record<string, string>): Promise<IncomingMessage> {
    const server = await abortable(this.#server, AbortSignal.timeout(INVOCATION_TIMEOUT_MS));
    return server.invoke(body, headers, INVOCATION_TIMEOUT_MS);
  }

  async end(): Promise<void> {
    this.#ending.abort();
    const server = await this.#server.catch(() => undefined);
    await server?.end();
    await this.#log.close();
  }

  async #launch(): Promise<ModelServer> {
    const server = await ModelServer.start(this.#context, {
      container: this.#spec.container,
      base: this.#base,
      log: this.#log,
      startTimeoutMs: this.#spec.startTimeoutSeconds * 1000,
      signal: AbortSignal.any([this.#ending.signal, this.#context.shutdown]),
    });
    const since = Date.now();
    void server.exited.then(() => {
      if (this.#ending.signal.aborted || this.#context.shutdown.aborted) return;
      this.#failures = Date.now() - since > STABLE_MS ? 0 : this.#failures + 1;
      this.#server = server.end().then(() => this.#launchUntilUp());
      this.#server.catch(() => {});
    });
    return server;
  }

  /** Tries at once the first time, and then ever later. */
  async #launchUntilUp(): Promise<ModelServer> {
    const signal = AbortSignal.any([this.#ending.signal, this.#context.shutdown]);
    for (;;) {
      const wait = this.#failures < 2 ? 0 : Math.min(250 * 2 ** this.#failures, MAX_BACKOFF_MS);
      await sleep(wait, undefined, { signal });
      try {
        return await this.#launch();
      } catch (error) {
        if (signal.aborted) throw error;
        this.#failures += 1;
      }
    }
  }
}
