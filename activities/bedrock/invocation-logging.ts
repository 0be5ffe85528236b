/** Model invocation logging, a setting of the account in a region. Temper reads it and never changes it. */
import { type BedrockClient, GetModelInvocationLoggingConfigurationCommand } from '@aws-sdk/client-bedrock';
import { calling } from '../errors.ts';

/** Where Bedrock keeps what models are asked and answer. */
export interface InvocationLogs {
  readonly bucket: string;
  readonly keyPrefix?: string;
}

/** Why it does not, and what to do. */
export interface NoInvocationLogs {
  readonly problem: string;
  readonly fix: string;
}

/** @param bucket to name in what is to be done */
export async function invocationLogs(
  bedrock: BedrockClient,
  bucket = 'BUCKET',
): Promise<InvocationLogs | NoInvocationLogs> {
  const { loggingConfig } = await calling('read the model invocation logging of the account', () =>
    bedrock.send(new GetModelInvocationLoggingConfigurationCommand({})),
  );
  const { s3Config, textDataDeliveryEnabled = true } = loggingConfig ?? {};
  const { bucketName = bucket, keyPrefix } = s3Config ?? {};
  // What is put replaces all of what is there.
  const wanted = {
    ...loggingConfig,
    s3Config: { ...s3Config, bucketName },
    textDataDeliveryEnabled: true,
  };
  const fix = `aws bedrock put-model-invocation-logging-configuration --logging-config '${JSON.stringify(wanted)}'`;
  if (!s3Config) return { problem: 'model invocation logging of the account keeps nothing in S3', fix };
  if (!textDataDeliveryEnabled) return { problem: `model invocation logging keeps no text in ${bucketName}`, fix };
  return { bucket: bucketName, ...(keyPrefix !== undefined && { keyPrefix }) };
}
