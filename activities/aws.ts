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

// Adaptive: the clients of a worker share one rate limiter, so that many waiting runs do not throttle each other.
const RETRIES = { retryMode: 'adaptive', maxAttempts: 4 } as const;

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
