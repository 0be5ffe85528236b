import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SageMakerRuntimeClient } from '@aws-sdk/client-sagemaker-runtime';

/** The AWS clients of one region. */
export interface AwsClients {
  readonly s3: S3Client;
  readonly sagemaker: SageMakerClient;
  readonly runtime: SageMakerRuntimeClient;
  readonly logs: CloudWatchLogsClient;
}

/** Gives the clients of a region; the same ones for the same region. */
export type AwsProvider = (region: string) => AwsClients;

// Not `adaptive`: its rate limiter is shared by all calls of a client, so that one throttled operation holds up the looks
// of every other run for seconds each. What outlasts these few attempts is retried by the activity.
const RETRIES = { retryMode: 'standard', maxAttempts: 3 } as const;

// The SDK waits for ever by default. All attempts together stay below the minute that an activity has for a call: a
// request must not land after its activity was given up.
const TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 10_000, throwOnRequestTimeout: true } as const;
// Bodies of gigabytes take long to send and to read, but not long to make any progress at all.
const S3_TIMEOUTS = { connectionTimeout: 3_000, socketTimeout: 30_000 } as const;
// A model may take 60 s to answer.
const MODEL_TIMEOUTS = { connectionTimeout: 3_000, requestTimeout: 65_000, throwOnRequestTimeout: true } as const;

/** Clients for one region; addresses and credentials come from the environment, as the AWS SDK reads them. */
export function createAwsClients(region: string): AwsClients {
  const options = { region, ...RETRIES };
  return {
    s3: new S3Client({ ...options, requestHandler: S3_TIMEOUTS }),
    sagemaker: new SageMakerClient({ ...options, requestHandler: TIMEOUTS }),
    runtime: new SageMakerRuntimeClient({ ...options, requestHandler: MODEL_TIMEOUTS }),
    logs: new CloudWatchLogsClient({ ...options, requestHandler: TIMEOUTS }),
  };
}

export function createAwsProvider(): AwsProvider {
  const byRegion = new Map<string, AwsClients>();
  return (region) => {
    const clients = byRegion.get(region) ?? createAwsClients(region);
    byRegion.set(region, clients);
    return clients;
  };
}
