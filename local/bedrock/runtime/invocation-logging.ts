/** Model invocation logging: what models are asked and answer, in S3, as the setting of the account says. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { Delivery } from '../../aws/delivery.ts';
import type { Json } from '../../aws/model.ts';
import type { Operations } from '../../aws/operations.ts';
import { validationError } from '../../aws/protocol.ts';
import type { S3Object } from '../../aws/s3.ts';
import { Collection } from '../../aws/store.ts';
import type { Context, Service } from '../context.ts';

interface LoggingConfig {
  readonly cloudWatchConfig?: unknown;
  readonly s3Config?: { readonly bucketName: string; readonly keyPrefix?: string };
  readonly textDataDeliveryEnabled?: boolean;
}

/** A call of the runtime. */
export interface LoggedCall {
  readonly operation: 'Converse' | 'ConverseStream' | 'InvokeModel' | 'InvokeModelWithResponseStream';
  readonly requestId: string;
  readonly modelId: string;
  /** The body as it was sent. */
  readonly input: Json;
  /** Of Converse: what callers filter logs by. */
  readonly requestMetadata?: unknown;
}

export interface LoggedAnswer {
  /** What was answered; of InvokeModelWithResponseStream the list of its chunks. */
  readonly output: unknown;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** There is one configuration, or none. */
const CONFIGURATION = 'configuration';
/** Bodies that are longer lie in objects of their own. */
const MAX_BODY_BYTES = 100_000;

export class InvocationLogging implements Service {
  readonly #context: Context;
  readonly #configurations: Collection<LoggingConfig>;
  #delivery: Delivery | undefined;
  /** On their way to objects of their own. */
  readonly #bodies = new Set<Promise<void>>();

  constructor(context: Context) {
    this.#context = context;
    this.#configurations = new Collection(join(context.home, 'invocation-logging'));
  }

  readonly operations: Operations = {
    PutModelInvocationLoggingConfiguration: async ({ loggingConfig }) => {
      const config = loggingConfig as LoggingConfig;
      await this.#check(config);
      await this.close();
      this.#configurations.put(CONFIGURATION, config);
      return {};
    },
    GetModelInvocationLoggingConfiguration: () => {
      const loggingConfig = this.#configurations.get(CONFIGURATION);
      return loggingConfig ? { loggingConfig } : {};
    },
    DeleteModelInvocationLoggingConfiguration: async () => {
      await this.close();
      this.#configurations.delete(CONFIGURATION);
      return {};
    },
  };

  /** Does the call, and logs it with what came of it. */
  async logged<T>(call: LoggedCall, work: () => Promise<T>, answered: (result: T) => LoggedAnswer): Promise<T> {
    let result: T;
    try {
      result = await work();
    } catch (error) {
      this.#failed(call, (error as { readonly code?: string }).code ?? 'InternalServerException');
      throw error;
    }
    this.#answered(call, answered(result));
    return result;
  }

  /** Writes what is left. */
  async close(): Promise<void> {
    const delivery = this.#delivery;
    this.#delivery = undefined;
    await Promise.all([delivery?.close(), ...this.#bodies]);
  }

  #failed(call: LoggedCall, errorCode: string): void {
    this.#log(call, { errorCode, input: {}, output: {} });
  }

  #answered(call: LoggedCall, { output, inputTokens, outputTokens }: LoggedAnswer): void {
    if (!this.#configurations.get(CONFIGURATION)?.s3Config) return;
    this.#log(call, {
      input: {
        inputContentType: 'application/json',
        ...this.#body(call, 'input', call.input),
        inputTokenCount: inputTokens,
      },
      output: {
        outputContentType: 'application/json',
        ...this.#body(call, 'output', output),
        outputTokenCount: outputTokens,
      },
    });
  }

  #log({ operation, requestId, modelId, requestMetadata }: LoggedCall, more: object): void {
    const { account: accountId, region } = this.#context;
    this.#deliveryTo(this.#configurations.get(CONFIGURATION)?.s3Config)?.add(
      JSON.stringify({
        timestamp: `${new Date().toISOString().slice(0, 19)}Z`,
        accountId,
        identity: { arn: `arn:aws:iam::${accountId}:root` },
        region,
        requestId,
        operation,
        modelId,
        ...more,
        ...(requestMetadata !== undefined && { requestMetadata }),
        schemaType: 'ModelInvocationLog',
        schemaVersion: '1.0',
      }),
    );
  }

  #deliveryTo(s3Config: LoggingConfig['s3Config']): Delivery | undefined {
    if (!s3Config) return undefined;
    const { s3 } = this.#context;
    this.#delivery ??= new Delivery({
      s3,
      file: (since) => {
        const name = `${since.toISOString().replaceAll(/[-:.]/g, '')}_${randomBytes(8).toString('hex')}.json.gz`;
        return this.#object(s3Config, since, name);
      },
      encode: gzipSync,
      // As at AWS, where a metric counts them, calls go on.
      onLost: () => {},
    });
    return this.#delivery;
  }

  /** The body, or where it lies; neither where text is not to be delivered. */
  #body({ requestId }: LoggedCall, side: 'input' | 'output', body: unknown): Json {
    const { s3Config, textDataDeliveryEnabled = true } = this.#configurations.get(CONFIGURATION) ?? {};
    if (!s3Config || !textDataDeliveryEnabled) return {};
    const text = JSON.stringify(body);
    if (Buffer.byteLength(text) <= MAX_BODY_BYTES) return { [`${side}BodyJson`]: body };
    const object = this.#object(s3Config, new Date(), `data/${requestId}_${side}.json.gz`);
    const put = this.#context.s3.put(object, () => Readable.from([gzipSync(text)], { objectMode: false }));
    const stored: Promise<void> = put.catch(() => {}).finally(() => this.#bodies.delete(stored));
    this.#bodies.add(stored);
    return { [`${side}BodyS3Path`]: `s3://${object.bucket}/${object.key}` };
  }

  #object(s3Config: NonNullable<LoggingConfig['s3Config']>, at: Date, name: string): S3Object {
    const hour = at.toISOString().slice(0, 13).replaceAll(/[-T]/g, '/');
    return { bucket: s3Config.bucketName, key: `${this.#folder(s3Config)}/${this.#context.region}/${hour}/${name}` };
  }

  #folder({ keyPrefix = '' }: NonNullable<LoggingConfig['s3Config']>): string {
    const above = keyPrefix.replace(/\/+$/, '');
    return `${above && `${above}/`}AWSLogs/${this.#context.account}/BedrockModelInvocationLogs`;
  }

  /** Bedrock writes an object to see whether it may, and leaves it. */
  async #check({ cloudWatchConfig, s3Config }: LoggingConfig): Promise<void> {
    if (cloudWatchConfig !== undefined)
      throw validationError('The laptop region delivers invocation logs to S3 only: leave out cloudWatchConfig');
    if (!s3Config) throw validationError('At least one of cloudWatchConfig and s3Config must be given.');
    const { bucketName: bucket } = s3Config;
    const key = `${this.#folder(s3Config)}/amazon-bedrock-logs-permission-check`;
    try {
      await this.#context.s3.put({ bucket, key }, () => Readable.from([Buffer.alloc(0)], { objectMode: false }));
    } catch (error) {
      throw validationError(`Failed to validate permissions for bucket: ${bucket}. ${(error as Error).message}`);
    }
  }
}
