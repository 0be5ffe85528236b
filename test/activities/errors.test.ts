import { BedrockServiceException } from '@aws-sdk/client-bedrock';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { SageMakerServiceException } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorType, failure, translateAwsError } from '../../activities/errors.ts';

function sagemakerError(name: string, message = 'said AWS', httpStatusCode = 400): SageMakerServiceException {
  return new SageMakerServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode } });
}

function bedrockError(name: string, message = 'said AWS', httpStatusCode = 400): BedrockServiceException {
  return new BedrockServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode } });
}

function s3Error(name: string, message: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode } });
}

const KEY = 'arn:aws:kms:eu-west-1:111122223333:key/abc';
const KMS_DENIED = `User: arn:aws:sts::111122223333:assumed-role/temper/w is not authorized to perform: kms:GenerateDataKey on resource: ${KEY} because no resource-based policy allows the kms:GenerateDataKey action`;

const CASES: readonly [what: string, error: unknown, type: ErrorType][] = [
  ['throttling', sagemakerError('ThrottlingException', 'Rate exceeded'), 'Throttled'],
  ['a 429 of any name', sagemakerError('Strange', 'slower', 429), 'Throttled'],
  ['a fault of AWS', sagemakerError('InternalFailure', 'oops', 500), 'Unavailable'],
  ['a reset connection', Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'Unavailable'],
  ['a full quota', sagemakerError('ResourceLimitExceeded'), 'QuotaExceeded'],
  ['a taken job name', sagemakerError('ResourceInUse'), 'Conflict'],
  [
    'a taken model name',
    sagemakerError('ValidationException', 'Cannot create already existing model "arn"'),
    'Conflict',
  ],
  ['a missing endpoint', sagemakerError('ValidationException', 'Could not find endpoint "arn"'), 'NotFound'],
  ['a missing training job', sagemakerError('ValidationException', 'Requested resource not found.'), 'NotFound'],
  [
    'a role that cannot be assumed yet',
    sagemakerError('ValidationException', 'Could not assume role arn'),
    'RoleNotReady',
  ],
  [
    'any other validation error',
    sagemakerError('ValidationException', '1 validation error detected'),
    'InvalidRequest',
  ],
  [
    'a taken job name of Bedrock',
    bedrockError('ValidationException', 'The provided job name is currently in use.'),
    'Conflict',
  ],
  ['too many jobs of Bedrock', bedrockError('ServiceQuotaExceededException'), 'QuotaExceeded'],
  ['too many tags', bedrockError('TooManyTagsException'), 'InvalidRequest'],
  [
    'a role that Bedrock cannot assume',
    bedrockError('ValidationException', 'Could not assume provided IAM role.'),
    'RoleNotReady',
  ],
  ['missing permission', sagemakerError('AccessDeniedException', 'no', 403), 'AccessDenied'],
  ['expired credentials', sagemakerError('ExpiredTokenException', 'expired', 403), 'CredentialsRejected'],
  [
    'no credentials',
    Object.assign(new Error('Could not load'), { name: 'CredentialsProviderError' }),
    'CredentialsRejected',
  ],
  [
    'a bucket elsewhere, for a signature',
    s3Error('AuthorizationHeaderMalformed', "the region 'us-east-1' is wrong; expecting 'eu-west-1'", 400),
    'WrongRegion',
  ],
  ['a bucket elsewhere, for a look at an object', s3Error('301', 'UnknownError', 301), 'WrongRegion'],
  ['a signature that is broken', s3Error('AuthorizationHeaderMalformed', 'missing date', 400), 'InvalidRequest'],
  ['a key that may not be used', s3Error('AccessDenied', KMS_DENIED, 403), 'KmsAccessDenied'],
  ['a key that is disabled', s3Error('KMS.DisabledException', 'arn is disabled', 400), 'KmsAccessDenied'],
  [
    'a missing object',
    new S3ServiceException({
      name: 'NoSuchKey',
      message: 'gone',
      $fault: 'client',
      $metadata: { httpStatusCode: 404 },
    }),
    'NotFound',
  ],
];

describe('what AWS says becomes a type of the table', () => {
  it.each(CASES)('%s', (_, error, type) => {
    const translated = translateAwsError(error, 'create training job j');
    expect(translated.type).toBe(type);
    expect(translated.nonRetryable).toBe(!ERRORS[type].retryable);
    expect(translated.message).toContain('could not create training job j: ');
    expect(translated.message).toContain((error as Error).message);
  });
});

describe('what is in the way is named, with what to do', () => {
  it.each<[string, Error, string]>([
    [
      'the permission and the key',
      s3Error('AccessDenied', KMS_DENIED, 403),
      `; allow kms:GenerateDataKey on ${KEY} for arn:aws:sts::111122223333:assumed-role/temper/w, in its policy and in that of the key`,
    ],
    [
      'both regions, by what S3 says',
      s3Error('AuthorizationHeaderMalformed', "the region 'us-east-1' is wrong; expecting 'eu-west-1'", 400),
      '; the bucket is in eu-west-1, and the run in us-east-1: set aws.region to eu-west-1, or name a bucket in us-east-1',
    ],
    [
      'both regions, by the header and the client',
      Object.assign(s3Error('PermanentRedirect', 'use the specified endpoint', 301), {
        $response: { headers: { 'x-amz-bucket-region': 'eu-central-1' } },
        askedRegion: 'us-west-2',
      }),
      '; the bucket is in eu-central-1, and the run in us-west-2: ',
    ],
    [
      'the role that the worker may not hand on',
      sagemakerError(
        'AccessDeniedException',
        'User: arn:aws:iam::111122223333:user/w is not authorized to perform: iam:PassRole on resource: arn:aws:iam::111122223333:role/r because',
      ),
      "; let the worker's own policy allow iam:PassRole on arn:aws:iam::111122223333:role/r",
    ],
    [
      'what the role of a run on Bedrock lacks',
      bedrockError(
        'ValidationException',
        'Could not validate GetObject permissions to access Amazon S3 bucket: data at key train.jsonl',
      ),
      '; allow s3:GetObject and s3:ListBucket on data for the role in aws.role; the bucket must be in the region of the run',
    ],
    [
      'the model that the account has no access to',
      bedrockError('AccessDeniedException', "You don't have access to the model with the specified model ID.", 403),
      '; ask for access to the model in the console of Bedrock',
    ],
    [
      'the list of models',
      bedrockError('ValidationException', 'The provided model identifier is invalid.'),
      '; temper models lists',
    ],
  ])('%s', (_, error, remedy) => {
    expect(translateAwsError(error, 'write s3://bucket/key').message).toContain(remedy);
  });
});

it.each([
  [503, 'Unavailable'],
  // To a HEAD signed with an expired token.
  [400, 'CredentialsRejected'],
])('tells an answer of %i that gives no reason', (httpStatusCode, type) => {
  const $metadata = { httpStatusCode };
  const error = new S3ServiceException({ name: 'Unknown', message: 'UnknownError', $fault: 'server', $metadata });
  const message = `could not look for s3://b/k: AWS answered with HTTP ${httpStatusCode} and no reason`;
  expect(translateAwsError(error, 'look for s3://b/k')).toMatchObject({ type, message });
});

it('leaves failures of our own as they are', () => {
  const own = failure('SmokeTestFailed', 'endpoint e answered nonsense');
  expect(translateAwsError(own, 'invoke endpoint e')).toBe(own);
});
