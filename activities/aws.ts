import { createRequire } from 'node:module';
import type { BedrockClient } from '@aws-sdk/client-bedrock';
import type { BedrockRuntimeClient } from '@aws-sdk/client-bedrock-runtime';
import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';
import type { SNSClient } from '@aws-sdk/client-sns';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { INITIAL_RETRY_TOKENS, StandardRetryStrategy } from '@smithy/core/retry';
import type { NodeHttpHandler } from '@smithy/node-http-handler';
import type { StandardRetryToken } from '@smithy/types';
import { errorTypeOf } from './errors.ts';

/** The AWS clients of one region. */
export interface AwsClients {
  readonly s3: S3Client;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly bedrock: BedrockClient;
  readonly bedrockRuntime: BedrockRuntimeClient;
  /** The same without retries: who asks thousands of questions adapts to throttling, and has to see it. */
  readonly converse: BedrockRuntimeClient;
  readonly logs: CloudWatchLogsClient;
  readonly sns: SNSClient;
}

/** Gives the clients of a region; the same ones for the same region, until their credentials are rejected. */
export type AwsProvider = (region: string) => AwsClients;

// What outlasts these few attempts is retried by the activity.
const ATTEMPTS = 3;

/**
 * The SDK's standard retries. Not its `adaptive` ones, whose rate limiter is shared by all calls of a client, so that one
 * throttled operation holds up the looks of every other run for seconds each. The quota of retries is shared, too: some
 * dozens that fail at once would leave none to the calls of other runs for minutes. Here any success fills it up, so that
 * it ends retries only where nothing succeeds any more.
 */
class Retries extends StandardRetryStrategy {
  override recordSuccess(token: StandardRetryToken): void {
    super.recordSuccess(Object.assign(token, { getRetryCost: () => INITIAL_RETRY_TOKENS }));
  }
}

// The SDK waits for ever by default. All attempts together stay below the minute that an activity has for a call: a
// request must not land after its activity was given up.
const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true } as const;
// Bodies of gigabytes take long to send and to read, but not long to make any progress at all.
const S3_TIMEOUTS = { connectionTimeout: 3_000, socketTimeout: 30_000 } as const;
// A model may take 60 s to answer.
const MODEL_TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 65_000, throwOnRequestTimeout: true } as const;

// An answer of thousands of tokens takes minutes, and comes at once when it is complete.
const ANSWER_TIMEOUTS = { ...MODEL_TIMEOUTS, requestTimeout: 300_000 } as const;

const require = createRequire(import.meta.url);

// Questions of several evaluations at once, each of up to 200.
const SOCKETS = { maxSockets: 1_000 };

/**
 * Left to itself the SDK speaks HTTP/2 with the models of Bedrock. There Node 20 may die of a connection that is cut, with
 * `corrupted size vs. prev_size`, and takes the work of every run in the process along.
 */
function overHttp1(timeouts: typeof MODEL_TIMEOUTS | typeof ANSWER_TIMEOUTS): NodeHttpHandler {
  const { NodeHttpHandler: Handler } =
    require('@smithy/node-http-handler') as typeof import('@smithy/node-http-handler');
  return new Handler({ ...timeouts, httpAgent: SOCKETS, httpsAgent: SOCKETS });
}

/** Loaded where they are needed: a command waits up to 100 ms for each, and needs one or two. */
const sdks = {
  s3: () => require('@aws-sdk/client-s3') as typeof import('@aws-sdk/client-s3'),
  sagemaker: () => require('@aws-sdk/client-sagemaker') as typeof import('@aws-sdk/client-sagemaker'),
  runtime: () => require('@aws-sdk/client-sagemaker-runtime') as typeof import('@aws-sdk/client-sagemaker-runtime'),
  bedrock: () => require('@aws-sdk/client-bedrock') as typeof import('@aws-sdk/client-bedrock'),
  bedrockRuntime: () => require('@aws-sdk/client-bedrock-runtime') as typeof import('@aws-sdk/client-bedrock-runtime'),
  logs: () => require('@aws-sdk/client-cloudwatch-logs') as typeof import('@aws-sdk/client-cloudwatch-logs'),
  sns: () => require('@aws-sdk/client-sns') as typeof import('@aws-sdk/client-sns'),
} as const;

/** Tells of each error of a client's calls; they are thrown all the same. */
function watchErrors(client: AwsClients[keyof AwsClients], onError: (error: unknown) => void): void {
  // The stacks are alike, and TypeScript cannot call a union of them.
  (client as SageMakerClient).middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        onError(error);
        throw error;
      }
    },
    // Outside of the SDK's own retries, and of the signing, which is where credentials are read.
    { step: 'initialize', name: 'temperWatchErrors', priority: 'high' },
  );
}

/**
 * Clients for one region, each made when it is first asked for; addresses and credentials come from the environment, as
 * the AWS SDK reads them.
 */
export function createAwsClients(region: string, onRejected: () => void = () => {}): AwsClients {
  // The SDK keeps the shared files in memory, where it would not see that somebody has signed in again.
  const credentials = defaultProvider({ ignoreCache: true });
  const options = () => ({ region, credentials, retryStrategy: new Retries(ATTEMPTS) });
  const watched = <C extends AwsClients[keyof AwsClients]>(client: C): C => {
    watchErrors(client, (error) => {
      // What S3 says of a bucket elsewhere does not name the region that was asked.
      if (error instanceof Error) Object.assign(error, { askedRegion: region });
      if (errorTypeOf(error) === 'CredentialsRejected') onRejected();
    });
    return client;
  };
  const made: { -readonly [Service in keyof AwsClients]?: AwsClients[Service] } = {};
  return {
    get s3() {
      made.s3 ??= watched(new (sdks.s3().S3Client)({ ...options(), requestHandler: S3_TIMEOUTS }));
      return made.s3;
    },
    get sagemaker() {
      made.sagemaker ??= watched(new (sdks.sagemaker().SageMakerClient)({ ...options(), requestHandler: TIMEOUTS }));
      return made.sagemaker;
    },
    get runtime() {
      made.runtime ??= watched(
        new (sdks.runtime().SageMakerRuntimeClient)({ ...options(), requestHandler: MODEL_TIMEOUTS }),
      );
      return made.runtime;
    },
    get bedrock() {
      made.bedrock ??= watched(new (sdks.bedrock().BedrockClient)({ ...options(), requestHandler: TIMEOUTS }));
      return made.bedrock;
    },
    get bedrockRuntime() {
      made.bedrockRuntime ??= watched(
        new (sdks.bedrockRuntime().BedrockRuntimeClient)({
          ...options(),
          requestHandler: overHttp1(MODEL_TIMEOUTS),
        }),
      );
      return made.bedrockRuntime;
    },
    get converse() {
      const retryStrategy = new Retries(1);
      made.converse ??= watched(
        new (sdks.bedrockRuntime().BedrockRuntimeClient)({
          ...options(),
          retryStrategy,
          requestHandler: overHttp1(ANSWER_TIMEOUTS),
        }),
      );
      return made.converse;
    },
    get logs() {
      made.logs ??= watched(new (sdks.logs().CloudWatchLogsClient)({ ...options(), requestHandler: TIMEOUTS }));
      return made.logs;
    },
    get sns() {
      made.sns ??= watched(new (sdks.sns().SNSClient)({ ...options(), requestHandler: TIMEOUTS }));
      return made.sns;
    },
  };
}

/**
 * Clients by region, for as long as a worker lives. Those whose credentials were rejected are given to nobody else: the
 * SDK reads keys that name no end only once, and the next clients find those of who has signed in again.
 */
export function createAwsProvider(): AwsProvider {
  const byRegion = new Map<string, AwsClients>();
  return (region) => {
    const known = byRegion.get(region);
    if (known) return known;
    const clients = createAwsClients(region, () => {
      if (byRegion.get(region) === clients) byRegion.delete(region);
    });
    byRegion.set(region, clients);
    return clients;
  };
}
