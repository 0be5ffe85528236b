/** One transform job: a model server, and the input objects sent through it. */
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { createGunzip } from 'node:zlib';
import { now } from '../../aws/operations.ts';
import { joinS3, parseS3Uri, relativeName, type S3Object } from '../../aws/s3.ts';
import type { Context } from '../context.ts';
import type { LogStream } from '../logs.ts';
import { ModelServer, ServingError } from '../model-server.ts';
import { DEFAULT_MAX_PAYLOAD_MB, type TransformJob } from './job.ts';
import { payloads } from './records.ts';

const LOG_GROUP = '/aws/sagemaker/TransformJobs';
const START_TIMEOUT_MS = 600_000;
const DEFAULT_INVOCATION_SECONDS = 600;
const DEFAULT_RETRIES = 3;
const MAX_REASON = 1024;

export class TransformRun {
  readonly #job: TransformJob;
  readonly #context: Context;
  readonly #save: () => void;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  readonly #log: LogStream;

  constructor(job: TransformJob, context: Context, save: () => void) {
    this.#job = job;
    this.#context = context;
    this.#save = save;
    this.#signal = AbortSignal.any([this.#stop.signal, context.shutdown]);
    this.#log = context.logs.stream(LOG_GROUP, `${job.TransformJobName}/algo-1-${Math.floor(Date.now() / 1000)}`);
    if (job.TransformJobStatus === 'Stopping') this.#stop.abort();
  }

  stop(): void {
    this.#stop.abort();
  }

  /** Resolves when the job is over, with its record saved, or the region shuts down; never rejects. */
  async run(): Promise<void> {
    const job = this.#job;
    let status: TransformJob['TransformJobStatus'] = 'Completed';
    try {
      await this.#work();
    } catch (error) {
      if (this.#context.shutdown.aborted) return this.#log.close();
      status = this.#stop.signal.aborted ? 'Stopped' : 'Failed';
      if (status === 'Failed')
        job.FailureReason = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON);
    }
    await this.#log.close();
    job.TransformJobStatus = status;
    job.TransformEndTime = now();
    job.LastModifiedTime = job.TransformEndTime;
    this.#save();
  }

  async #work(): Promise<void> {
    const { container, fault, TransformJobName: name } = this.#job;
    this.#signal.throwIfAborted();
    if (fault.slowStartSeconds) await sleep(fault.slowStartSeconds * 1000, undefined, { signal: this.#signal });
    if (fault.jobFails) throw new Error(fault.jobFails);
    this.#job.TransformStartTime = now();
    this.#save();
    const server = await this.#failing(() =>
      ModelServer.start(this.#context, {
        container: { ...container, Environment: { ...container.Environment, ...this.#job.Environment } },
        base: join(this.#context.home, 'transform-jobs', name.toLowerCase()),
        log: this.#log,
        startTimeoutMs: START_TIMEOUT_MS,
        env: this.#batchVariables(),
        signal: this.#signal,
      }),
    );
    try {
      const prefix = this.#job.TransformInput.DataSource.S3DataSource.S3Uri;
      for await (const object of this.#context.s3.list(prefix)) {
        await this.#transform(server, object, relativeName(parseS3Uri(prefix).key, object.key));
      }
    } finally {
      await server.end();
    }
  }

  #batchVariables(): Record<string, string> {
    const { MaxPayloadInMB: payload, BatchStrategy: strategy, MaxConcurrentTransforms: concurrent } = this.#job;
    return {
      SAGEMAKER_BATCH: 'true',
      SAGEMAKER_MAX_PAYLOAD_IN_MB: String(payload ?? DEFAULT_MAX_PAYLOAD_MB),
      SAGEMAKER_BATCH_STRATEGY: strategy ?? 'MultiRecord',
      SAGEMAKER_MAX_CONCURRENT_TRANSFORMS: String(concurrent ?? 1),
    };
  }

  async #transform(server: ModelServer, object: S3Object, name: string): Promise<void> {
    const { TransformOutput: output } = this.#job;
    const target = parseS3Uri(joinS3(output.S3OutputPath, `${name}.out`));
    const results = () => Readable.from(this.#results(server, object), { objectMode: false });
    await this.#failing(() => this.#context.s3.put(target, results, this.#signal));
  }

  /** The model's answers in the order of the input, with as many requests under way as the job allows. */
  async *#results(server: ModelServer, object: S3Object): AsyncGenerator<Buffer> {
    const { TransformInput: input, TransformOutput: output, MaxConcurrentTransforms: concurrent = 1 } = this.#job;
    const stored = await this.#context.s3.open(object, this.#signal);
    const source: Readable = input.CompressionType === 'Gzip' ? stored.pipe(createGunzip()) : stored;
    stored.once('error', (error) => source.destroy(error));
    const splitting = {
      strategy: this.#job.BatchStrategy ?? 'MultiRecord',
      splitType: input.SplitType === 'Line' ? 'Line' : 'None',
      maxBytes: (this.#job.MaxPayloadInMB || DEFAULT_MAX_PAYLOAD_MB) * 1024 * 1024,
    } as const;
    const underWay: Promise<Buffer>[] = [];
    const next = async () => assembled((await underWay.shift()) ?? Buffer.alloc(0), output.AssembleWith);
    for await (const payload of payloads(source, splitting)) {
      const answer = this.#invoke(server, payload);
      // Rejections are met when its turn comes.
      answer.catch(() => {});
      underWay.push(answer);
      if (underWay.length >= Math.max(1, concurrent)) yield await next();
    }
    while (underWay.length > 0) yield await next();
  }

  async #invoke(server: ModelServer, payload: Buffer): Promise<Buffer> {
    const { TransformInput: input, TransformOutput: output, ModelClientConfig: client } = this.#job;
    const headers = {
      'content-type': input.ContentType ?? 'application/octet-stream',
      'content-length': String(payload.length),
      ...(output.Accept && { accept: output.Accept }),
    };
    const timeoutMs = (client?.InvocationsTimeoutInSeconds ?? DEFAULT_INVOCATION_SECONDS) * 1000;
    for (let left = client?.InvocationsMaxRetries ?? DEFAULT_RETRIES; ; left--) {
      this.#signal.throwIfAborted();
      try {
        return await answerOf(await server.invoke(payload, headers, timeoutMs));
      } catch (error) {
        // A model that refuses a payload would refuse it again.
        if (left <= 0 || error instanceof Refused) throw error;
      }
    }
  }

  /** Tells AWS's reason, and after it what the model said. */
  async #failing<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      const cause = error instanceof ServingError ? 'AlgorithmError' : 'ClientError';
      throw new Error(`${cause}: See job logs for more information: ${detail}`, { cause: error });
    }
  }
}

/** The model answered with an error of the client's. */
class Refused extends Error {}

async function answerOf(answer: IncomingMessage): Promise<Buffer> {
  const body = await buffer(answer);
  const status = answer.statusCode ?? 500;
  if (status < 300) return body;
  const message = `the model answered ${status}: ${body.toString('utf8').slice(0, 600)}`;
  throw status < 500 ? new Refused(message) : new ServingError(message);
}

function assembled(answer: Buffer, how: 'None' | 'Line' | undefined): Buffer {
  return how === 'Line' && answer.at(-1) !== 10 ? Buffer.concat([answer, Buffer.from('\n')]) : answer;
}
