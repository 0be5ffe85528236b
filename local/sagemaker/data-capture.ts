/** Data capture: a sample of what an endpoint is asked and answers, in S3. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { pipeline, type Readable, Transform } from 'node:stream';
import { Delivery } from '../aws/delivery.ts';
import { joinS3, parseS3Uri } from '../aws/s3.ts';
import type { Context } from './context.ts';

/** Of a request or an answer, by InvokeEndpoint's model. */
export const MAX_BODY_BYTES = 6_291_456;

/** As CreateEndpointConfig takes it. */
export interface DataCaptureConfig {
  readonly EnableCapture?: boolean;
  readonly InitialSamplingPercentage: number;
  readonly DestinationS3Uri: string;
  readonly KmsKeyId?: string;
  readonly CaptureOptions: readonly { readonly CaptureMode: 'Input' | 'Output' | 'InputAndOutput' }[];
  readonly CaptureContentTypeHeader?: {
    readonly CsvContentTypes?: readonly string[];
    readonly JsonContentTypes?: readonly string[];
  };
}

export interface DataCaptureOptions {
  readonly config: DataCaptureConfig;
  readonly endpoint: string;
  /** Of the fleet, whose log tells what could not be captured. */
  readonly id: string;
  readonly variants: readonly { readonly name: string }[];
}

/** What an endpoint's requests are kept by, as long as it has one configuration. */
export class DataCapture {
  readonly #config: DataCaptureConfig;
  readonly #deliveries: ReadonlyMap<string, { readonly delivery: Delivery; close(): Promise<void> }>;

  constructor({ s3, logs }: Context, { config, endpoint, id, variants }: DataCaptureOptions) {
    this.#config = config;
    this.#deliveries = new Map(
      variants.map(({ name }) => {
        const log = logs.stream(`/aws/sagemaker/Endpoints/${endpoint}`, `${name}/${id}/data-log`);
        const delivery = new Delivery({
          s3,
          file: (since) => parseS3Uri(joinS3(config.DestinationS3Uri, endpoint, name, fileName(since))),
          onLost: (lines, why) => void log.write(`${lines} captured requests were not written to S3: ${why}`),
        });
        const close = async () => {
          await delivery.close();
          await log.close();
        };
        return [name, { delivery, close }];
      }),
    );
  }

  /** The request, where it belongs to the sample. */
  sample(request: IncomingMessage): Sample | undefined {
    if (Math.random() * 100 >= this.#config.InitialSamplingPercentage) return undefined;
    return new Sample(request);
  }

  /** Keeps a request that was answered. */
  add(variant: string, sample: Sample): void {
    if (sample.whole) this.#deliveries.get(variant)?.delivery.add(JSON.stringify(sample.record(this.#config)));
  }

  /** Writes what is left; call when no request is under way any more. */
  async close(): Promise<void> {
    await Promise.all([...this.#deliveries.values()].map((each) => each.close()));
  }
}

/** One request, and its answer as both pass by. */
export class Sample {
  readonly #request: IncomingMessage;
  readonly #at = new Date();
  readonly #question = new Copy();
  readonly #answer = new Copy();
  #answerType: string | undefined;

  constructor(request: IncomingMessage) {
    this.#request = request;
  }

  /** The request's body, to be read instead of the request. */
  question(): Readable {
    return this.#question.of(this.#request);
  }

  /** The same for what the model answers. */
  answer(body: Readable, contentType: string | undefined): Readable {
    this.#answerType = contentType;
    return this.#answer.of(body);
  }

  /** Whether all of it was kept: SageMaker's bodies are no longer than what is. */
  get whole(): boolean {
    return this.#question.whole && this.#answer.whole;
  }

  record(config: DataCaptureConfig): unknown {
    const modes = config.CaptureOptions.map(({ CaptureMode }) => CaptureMode);
    const wants = (mode: 'Input' | 'Output') => modes.includes(mode) || modes.includes('InputAndOutput');
    const { headers } = this.#request;
    const inferenceId = headers['x-amzn-sagemaker-inference-id'];
    const captureData = {
      ...(wants('Input') && { endpointInput: side('INPUT', headers['content-type'], this.#question, config) }),
      ...(wants('Output') && { endpointOutput: side('OUTPUT', this.#answerType, this.#answer, config) }),
    };
    const inferenceTime = `${this.#at.toISOString().slice(0, 19)}Z`;
    return {
      captureData,
      eventMetadata: { eventId: randomUUID(), ...(inferenceId !== undefined && { inferenceId }), inferenceTime },
      eventVersion: '0',
    };
  }
}

/** A body that passes by, of which a copy stays as long as it is none that is too long. */
class Copy {
  #chunks: Buffer[] = [];
  #bytes = 0;

  get whole(): boolean {
    return this.#bytes <= MAX_BODY_BYTES;
  }

  of(body: Readable): Readable {
    const through = new Transform({
      transform: (chunk: Buffer, _, done) => {
        this.#bytes += chunk.length;
        if (this.whole) this.#chunks.push(chunk);
        else this.#chunks = [];
        done(null, chunk);
      },
    });
    // What becomes of it is met by whoever reads its end.
    return pipeline(body, through, () => {});
  }

  toString(encoding: 'utf8' | 'base64'): string {
    return Buffer.concat(this.#chunks).toString(encoding);
  }
}

function side(mode: 'INPUT' | 'OUTPUT', contentType: string | undefined, body: Copy, config: DataCaptureConfig) {
  const { CsvContentTypes = [], JsonContentTypes = [] } = config.CaptureContentTypeHeader ?? {};
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  const among = (types: readonly string[]) => types.some((each) => each.toLowerCase() === type);
  const encoding = among(CsvContentTypes) ? 'CSV' : among(JsonContentTypes) ? 'JSON' : 'BASE64';
  const data = body.toString(encoding === 'BASE64' ? 'base64' : 'utf8');
  return { ...(contentType !== undefined && { observedContentType: contentType }), mode, data, encoding };
}

/** `2026/11/25/17/04-05-123-….jsonl`: SageMaker has a directory for each hour. */
function fileName(since: Date): string {
  const [day = '', time = ''] = since.toISOString().split('T');
  const [hour, minute, second] = time.split(/[:.Z]/);
  return `${day.replaceAll('-', '/')}/${hour}/${minute}-${second}-${time.slice(9, 12)}-${randomUUID()}.jsonl`;
}
