import { S3ServiceException } from '@aws-sdk/client-s3';
import { SageMakerServiceException } from '@aws-sdk/client-sagemaker';
import { describe, expect, it } from 'vitest';
import { ERRORS, type ErrorType, failure, translateAwsError } from '../../activities/errors.ts';

function sagemakerError(name: string, message = 'said AWS', httpStatusCode = 400): SageMakerServiceException {
  return new SageMakerServiceException({ name, message, $fault: 'client', $metadata: { httpStatusCode } });
}

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
  ['missing permission', sagemakerError('AccessDeniedException', 'no', 403), 'AccessDenied'],
  ['expired credentials', sagemakerError('ExpiredTokenException', 'expired', 403), 'CredentialsRejected'],
  [
    'no credentials',
    Object.assign(new Error('Could not load'), { name: 'CredentialsProviderError' }),
    'CredentialsRejected',
  ],
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

it('leaves failures of our own as they are', () => {
  const own = failure('SmokeTestFailed', 'endpoint e answered nonsense');
  expect(translateAwsError(own, 'invoke endpoint e')).toBe(own);
});
