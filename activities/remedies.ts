/** What to do about errors of AWS that name the thing that is in the way, read off their text. */

const KMS = /\bkms\b|\bKMS key\b|customer master key/i;

/** Whether a refusal is about a key and not about what it protects. */
export function isOfKms(message: string): boolean {
  return KMS.test(message);
}

/** Names the permission and the key, as far as AWS does. */
export function kmsRemedy(message: string): string {
  const permission = /\bkms:[A-Za-z]+/.exec(message)?.[0] ?? 'kms:Decrypt and kms:GenerateDataKey';
  const key = /arn:aws[a-z-]*:kms:[^\s"',;)]+/.exec(message)?.[0] ?? 'the KMS key of the bucket';
  const who = /User: (arn:\S+)/.exec(message)?.[1] ?? 'the worker and for the role in aws.role';
  return `allow ${permission} on ${key} for ${who}, in its policy and in that of the key`;
}

/** The worker hands the role on to SageMaker, and needs to be allowed to. */
export function passRoleRemedy(message: string): string | undefined {
  if (!message.includes('iam:PassRole')) return undefined;
  const role = /arn:aws[a-z-]*:iam::\d+:role\/[^\s"',;)]+/.exec(message)?.[0] ?? 'the role in aws.role';
  return `let the worker's own policy allow iam:PassRole on ${role}`;
}

interface S3Error extends Error {
  /** S3 names it in the body of some answers. */
  readonly Region?: string;
  readonly $response?: { readonly headers?: Readonly<Record<string, string>> };
  /** Put there by the client, see aws.ts. */
  readonly askedRegion?: string;
}

function regionOfBucket({ Region, $response, message }: S3Error): string | undefined {
  return (
    Region ??
    $response?.headers?.['x-amz-bucket-region'] ??
    /(?:expecting '|in this region: |s3[.-])([a-z]{2}(?:-[a-z]+)+-\d)/.exec(message)?.[1]
  );
}

/** Whether the answer names a region of the bucket that is not the one that was asked. */
export function isOfAnotherRegion(error: S3Error): boolean {
  const actual = regionOfBucket(error);
  return actual !== undefined && error.askedRegion !== undefined && actual !== error.askedRegion;
}

/** Names both regions, as far as they are known. */
export function wrongRegionRemedy(error: S3Error): string {
  const asked = error.askedRegion ?? /the region '([^']+)' is wrong/.exec(error.message)?.[1];
  const actual = regionOfBucket(error);
  const where = `the bucket is in ${actual ?? 'another region'}, and the run in ${asked ?? 'its own'}`;
  return `${where}: set aws.region${actual ? ` to ${actual}` : ''}, or name a bucket in ${asked ?? 'the region of the run'}`;
}
