import { ApplicationFailure } from '@temporalio/common';
import type { PipelineCode } from '../spec/errors/pipeline.ts';
import {
  accessRemedy,
  invalidRequestRemedy,
  isOfAnotherRegion,
  isOfKms,
  isOfRolePermission,
  kmsRemedy,
  wrongRegionRemedy,
} from './remedies.ts';

/**
 * The types of the failures that activities throw: stable, told to users as the failure's code, and whether trying the
 * same call again can help. What each means for people is in spec/errors/pipeline.ts.
 */
export const ERRORS = {
  /** AWS asked to slow down. */
  Throttled: { retryable: true },
  /** AWS or the network did not answer, or answered with a fault of its own. */
  Unavailable: { retryable: true },
  /** Credentials are missing or expired: the run waits until they are back. */
  CredentialsRejected: { retryable: true },
  /** The account's quota is used up: the run waits until there is room. */
  QuotaExceeded: { retryable: true },
  /** The role is too new to be assumed, or does not trust the service. */
  RoleNotReady: { retryable: true },
  InvalidRequest: { retryable: false },
  AccessDenied: { retryable: false },
  /** A KMS key may not be used. */
  KmsAccessDenied: { retryable: false },
  /** The bucket is in another region than the run. */
  WrongRegion: { retryable: false },
  NotFound: { retryable: false },
  /** The name is taken by a resource that this run did not make. */
  Conflict: { retryable: false },
  /** The endpoint is being changed: the call is made again. */
  Busy: { retryable: true },
  /** A job or an endpoint is under way; its next look comes later. */
  InProgress: { retryable: true },
  JobFailed: { retryable: false },
  /** A job was stopped by somebody. */
  JobStopped: { retryable: false },
  /** A job ran into the limit that the spec gives it. */
  MaxRuntimeExceeded: { retryable: false },
  /** The training job left no model. */
  NoModel: { retryable: false },
  /** Bedrock would not import what the training job left. */
  NotImportable: { retryable: false },
  /** AWS had no machine of that type. */
  CapacityUnavailable: { retryable: false },
  EndpointFailed: { retryable: false },
  /** AWS put the endpoint's old configuration back. */
  RolledBack: { retryable: false },
  SmokeTestFailed: { retryable: false },
  /** Predictions that cannot be scored. */
  InvalidPredictions: { retryable: false },
  InvalidData: { retryable: false },
  InvalidSpec: { retryable: false },
  BaseNotFound: { retryable: false },
  OtherVersion: { retryable: false },
  /** What temper keeps in the bucket was changed or damaged. */
  BrokenCard: { retryable: false },
  TakeoverGone: { retryable: false },
} as const satisfies { [Code in PipelineCode]?: { retryable: boolean } };
export type ErrorType = keyof typeof ERRORS;

/** A failure of a type of the table. `details` go into the run's history: keep them small. */
export function failure(
  type: ErrorType,
  message: string,
  cause?: unknown,
  details: unknown[] = [],
): ApplicationFailure {
  return ApplicationFailure.create({
    type,
    message,
    nonRetryable: !ERRORS[type].retryable,
    details,
    ...(cause instanceof Error ? { cause } : {}),
    ...(RETRY_DELAYS[type] ? { nextRetryDelay: RETRY_DELAYS[type] } : {}),
  });
}

/** Where time alone helps, asking every second would only add throttling. */
const RETRY_DELAYS: { readonly [T in ErrorType]?: '5s' | '30s' } = {
  QuotaExceeded: '30s',
  CredentialsRejected: '30s',
  RoleNotReady: '5s',
};

interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

const BY_NAME: Readonly<Record<string, ErrorType>> = {
  Throttling: 'Throttled',
  ThrottlingException: 'Throttled',
  ThrottledException: 'Throttled',
  TooManyRequestsException: 'Throttled',
  RequestLimitExceeded: 'Throttled',
  SlowDown: 'Throttled',
  KMSThrottlingException: 'Throttled',
  ResourceLimitExceeded: 'QuotaExceeded',
  ServiceQuotaExceededException: 'QuotaExceeded',
  ExpiredToken: 'CredentialsRejected',
  ExpiredTokenException: 'CredentialsRejected',
  RequestExpired: 'CredentialsRejected',
  CredentialsProviderError: 'CredentialsRejected',
  UnrecognizedClientException: 'CredentialsRejected',
  InvalidClientTokenId: 'CredentialsRejected',
  InvalidAccessKeyId: 'CredentialsRejected',
  SignatureDoesNotMatch: 'CredentialsRejected',
  AccessDenied: 'AccessDenied',
  AccessDeniedException: 'AccessDenied',
  ResourceNotFound: 'NotFound',
  ResourceNotFoundException: 'NotFound',
  NoSuchKey: 'NotFound',
  NoSuchBucket: 'NotFound',
  NotFound: 'NotFound',
  NoSuchUpload: 'NotFound',
  NotFoundException: 'NotFound',
  // Damaged on the way.
  BadDigest: 'Unavailable',
  XAmzContentSHA256Mismatch: 'Unavailable',
  PermanentRedirect: 'WrongRegion',
  IllegalLocationConstraintException: 'WrongRegion',
  ResourceInUse: 'Conflict',
  ConflictException: 'Conflict',
  ModelError: 'InvalidRequest',
  ModelErrorException: 'Unavailable',
  ModelTimeoutException: 'Unavailable',
  ModelNotReadyException: 'Throttled',
};

/** SageMaker and Bedrock say most things with one name, ValidationException; only its text tells them apart. */
function ofValidation(message: string): ErrorType {
  if (/could not find|requested resource not found|does not exist/i.test(message)) return 'NotFound';
  if (/cannot create already existing|name is currently in use/i.test(message)) return 'Conflict';
  if (isOfRolePermission(message)) return 'AccessDenied';
  if (/in-progress endpoint/i.test(message)) return 'Busy';
  if (/could not assume role|assume.*role|invalid.*principal/i.test(message)) return 'RoleNotReady';
  return isOfKms(message) ? 'KmsAccessDenied' : 'InvalidRequest';
}

/** The type of an error thrown by an AWS client, by its name and HTTP status: class names are lost in the SDK. */
export function errorTypeOf(error: unknown): ErrorType {
  if (error instanceof ApplicationFailure && error.type && error.type in ERRORS) return error.type as ErrorType;
  if (!(error instanceof Error)) return 'Unavailable';
  const { name, message } = error;
  if (name === 'ValidationException' || name === 'ValidationError') return ofValidation(message);
  // Also said of a header that is malformed.
  if (name === 'AuthorizationHeaderMalformed' && /the region '[^']*' is wrong/.test(message)) return 'WrongRegion';
  const known = BY_NAME[name];
  if (known === 'AccessDenied' && isOfKms(message)) return 'KmsAccessDenied';
  if (known) return known;
  // S3 writes them with a dot, SNS without.
  if (name.startsWith('KMS')) return 'KmsAccessDenied';
  const status = (error as AwsError).$metadata?.httpStatusCode;
  if (status === 301) return 'WrongRegion';
  if (status === 429) return 'Throttled';
  // So S3 answers a HEAD that is signed for another region than the bucket's, or with an expired token.
  if (status === 400 && name === NAMELESS) return isOfAnotherRegion(error) ? 'WrongRegion' : 'CredentialsRejected';
  if (status === 403) return isOfKms(message) ? 'KmsAccessDenied' : 'AccessDenied';
  if (status === 404) return 'NotFound';
  return status !== undefined && status >= 400 && status < 500 ? 'InvalidRequest' : 'Unavailable';
}

/**
 * What an activity throws for an error of an AWS client; failures that are Temper's own pass through.
 *
 * @param action what was being done, for people: `create training job product-reviews-7f3a9c-train`
 */
export function translateAwsError(error: unknown, action: string): ApplicationFailure {
  if (error instanceof ApplicationFailure) return error;
  const type = errorTypeOf(error);
  const remedy = error instanceof Error ? remedyOf(type, error) : undefined;
  return failure(type, `could not ${action}: ${reasonOf(error)}${remedy ? `; ${remedy}` : ''}`, error);
}

function remedyOf(type: ErrorType, error: Error): string | undefined {
  switch (type) {
    case 'WrongRegion':
      return wrongRegionRemedy(error);
    case 'KmsAccessDenied':
      return kmsRemedy(error.message);
    case 'AccessDenied':
      return accessRemedy(error.message);
    case 'InvalidRequest':
      return invalidRequestRemedy(error.message);
    default:
      return undefined;
  }
}

/** The SDK's name for an answer whose error has none: of a gateway, or to a HEAD, which has no body to tell it in. */
const NAMELESS = 'Unknown';

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { name, message } = error;
  const status = (error as AwsError).$metadata?.httpStatusCode;
  return name === NAMELESS && status ? `AWS answered with HTTP ${status} and no reason` : `${name}: ${message}`;
}

/** Does the call and translates what it throws. */
export async function calling<T>(action: string, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translateAwsError(error, action);
  }
}

/** The call's answer, or `undefined` where AWS says that there is no such thing. */
export async function unlessNotFound<T>(action: string, call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (errorTypeOf(error) === 'NotFound') return undefined;
    throw translateAwsError(error, action);
  }
}
