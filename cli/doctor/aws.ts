import { IAMClient } from '@aws-sdk/client-iam';
import {
  AbortMultipartUploadCommand,
  CreateMultipartUploadCommand,
  HeadBucketCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { errorTypeOf } from '../../activities/errors.ts';
import { type Environment, resolveRegion } from '../environment.ts';
import { UserError } from '../errors.ts';
import { type Customizing, modelVerdict } from './base-model.ts';
import { type Check, check, failed, passed, skipAll, skipped, type Verdict } from './check.ts';
import { IMPATIENT } from './impatient.ts';
import { type InstanceNeed, quotaVerdict } from './quotas.ts';
import { type Assumers, type Identity, passRoleVerdict, roleVerdict } from './role.ts';
import { topicVerdict } from './topic.ts';
import { trafficVerdict, type Watched } from './traffic.ts';

/** What a run would work with; from a spec, else from the environment. */
export interface Wanted {
  readonly region: string | undefined;
  readonly bucket: string | undefined;
  readonly role: string | undefined;
  readonly instances: readonly InstanceNeed[];
  /** To which the role is handed. */
  readonly assumers: Assumers;
  /** Of a run on Bedrock. */
  readonly customizes?: Customizing;
  /** ARN of the topic that is told. */
  readonly topic?: string;
  /** Of a run whose model's traffic is to be kept. */
  readonly watches?: Watched;
}

const NEED_CREDENTIALS = ['bucket', 'role', 'pass role', 'quotas'] as const;

/** Nothing is ever left under it. */
const PROBE_KEY = 'temper/doctor';

/** AWS, and what runs need there. */
export async function checkAws(environment: Environment, wanted: Wanted): Promise<Check[]> {
  const { customizes, watches, topic, assumers } = wanted;
  const ofSpec = [...(customizes ? ['base model'] : []), ...(watches ? ['traffic'] : []), ...(topic ? ['topic'] : [])];
  const region = wanted.region ?? (await resolveRegion(environment));
  if (!region) {
    const fix = 'set aws.region in the spec or AWS_REGION, or work on this machine: temper dev up';
    return [
      { check: 'aws region', ...failed('not given', fix) },
      ...skipAll(['credentials', ...NEED_CREDENTIALS, ...ofSpec], 'they are asked of a region'),
    ];
  }
  const named: Check = { check: 'aws region', ...passed(region) };
  let identity: Identity | undefined;
  const credentials = await check('credentials', async () => {
    identity = await whoAmI(region);
    return passed(identity.arn);
  });
  if (!identity) {
    return [named, credentials, ...skipAll([...NEED_CREDENTIALS, ...ofSpec], 'they need credentials')];
  }
  const known = identity;
  const iam = new IAMClient({ region, ...IMPATIENT });
  const { bucket, role } = wanted;
  const asksRole = (look: (role: string) => Promise<Verdict>): Verdict | Promise<Verdict> =>
    role ? look(role) : failed('not given', 'set aws.role in the spec or TEMPER_ROLE_ARN');
  return Promise.all([
    named,
    credentials,
    check('bucket', () =>
      bucket ? bucketVerdict(bucket, region) : failed('not given', 'set aws.bucket in the spec or TEMPER_BUCKET'),
    ),
    check('role', () => asksRole((arn) => roleVerdict(iam, arn, known, assumers))),
    check('pass role', () => (role ? passRoleVerdict(iam, role, known, assumers) : skipped('no role is given'))),
    check('quotas', () =>
      customizes && wanted.instances.length === 0
        ? skipped('a run on Bedrock has no machines of its own; a job that may not be started yet is waited for')
        : quotaVerdict(environment.variables, region, wanted.instances),
    ),
    ...(customizes ? [check('base model', () => modelVerdict(region, customizes))] : []),
    ...(watches
      ? [check('traffic', () => trafficVerdict(region, watches, bucket, (each) => bucketVerdict(each, region)))]
      : []),
    ...(topic ? [check('topic', () => topicVerdict(iam, topic, known))] : []),
  ]);
}

async function whoAmI(region: string): Promise<Identity> {
  const { Arn, Account } = await new STSClient({ region, ...IMPATIENT }).send(new GetCallerIdentityCommand({}));
  return { arn: Arn ?? '', account: Account ?? '' };
}

async function bucketVerdict(bucket: string, region: string): Promise<Verdict> {
  // Followed, so that a bucket elsewhere can be told from one that is not there.
  const anywhere = new S3Client({ region, ...IMPATIENT, followRegionRedirects: true });
  try {
    const { BucketRegion } = await anywhere.send(new HeadBucketCommand({ Bucket: bucket }));
    if (BucketRegion && BucketRegion !== region) {
      return failed(`${bucket} is in ${BucketRegion}, and the run is in ${region}`, 'name a bucket of the same region');
    }
  } catch (error) {
    const type = errorTypeOf(error);
    if (type === 'NotFound') {
      return failed(`there is no bucket ${bucket}`, `create it: aws s3 mb s3://${bucket} --region ${region}`);
    }
    if (type !== 'AccessDenied') throw error;
    return failed(`${bucket} may not be looked at`, 'allow s3:ListBucket, s3:GetObject and s3:PutObject on it');
  }
  return writeVerdict(bucket, region);
}

/** Begins an upload, for which the same must be allowed as for ending one, and takes it back: nothing was there. */
async function writeVerdict(bucket: string, region: string): Promise<Verdict> {
  const s3 = new S3Client({ region, ...IMPATIENT });
  const target = { Bucket: bucket, Key: PROBE_KEY };
  try {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand(target));
    await s3.send(new AbortMultipartUploadCommand({ ...target, UploadId }));
    return passed(`${bucket} can be written to`);
  } catch (error) {
    if (errorTypeOf(error) !== 'AccessDenied') throw error;
    throw new UserError('AccessDenied', `${bucket} cannot be written to: ${(error as Error).message}`, {
      fix: 'allow s3:PutObject and s3:AbortMultipartUpload on it, and its KMS key where it has one',
    });
  }
}
