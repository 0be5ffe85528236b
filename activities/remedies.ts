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

const LACKING_IN_ROLE =
  /could not validate (GetObject|PutObject|ListBucket|\w+) permissions? to access (?:amazon )?s3 bucket:? ?(\S+)?/i;

/** Whether Bedrock says that the run's role, and not who calls, may not do something in S3. */
export function isOfRolePermission(message: string): boolean {
  return LACKING_IN_ROLE.test(message);
}

/** Who lacks what, as far as AWS says. */
export function accessRemedy(message: string): string | undefined {
  const [, action, bucket] = LACKING_IN_ROLE.exec(message) ?? [];
  if (action) {
    const also = action === 'PutObject' ? '' : ' and s3:ListBucket';
    return `allow s3:${action}${also} on ${bucket ?? 'the bucket'} for the role in aws.role; the bucket must be in the region of the run`;
  }
  if (/don't have access to the model/i.test(message)) {
    return 'ask for access to the model in the console of Bedrock, under model access, in the region of the run';
  }
  return passRoleRemedy(message);
}

/** What to put right where the text of a refusal names it. */
export function invalidRequestRemedy(message: string): string | undefined {
  if (!/model identifier is invalid/i.test(message)) return undefined;
  return 'temper models lists those that can be customized in the region';
}

/** The worker hands the role on to SageMaker or Bedrock, and needs to be allowed to. */
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
