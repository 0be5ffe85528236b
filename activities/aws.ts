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
const RETRIES = { retryMode: 'standard', maxAttempts: 4 } as const;

/** Clients for one region; addresses and credentials come from the environment, as the AWS SDK reads them. */
export function createAwsClients(region: string): AwsClients {
  const options = { region, ...RETRIES };
  return {
    s3: new S3Client(options),
    sagemaker: new SageMakerClient(options),
    runtime: new SageMakerRuntimeClient(options),
    logs: new CloudWatchLogsClient(options),
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
