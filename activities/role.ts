import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { ErrorType } from './errors.ts';

/** A new role is known to the rest of AWS within half a minute, a minute at most where that was measured. */
const NEW_ROLE_MS = 2 * 60_000;

/** A service that assumes the role of a run, as trust policies name it. */
export type Assumer = 'sagemaker.amazonaws.com' | 'bedrock.amazonaws.com';

/** What the trust policy of a role says that the service can assume. */
export function trustPolicy(Service: Assumer): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service }, Action: 'sts:AssumeRole' }],
  });
}

/**
 * A role that cannot be assumed is tried again while it may be new, two minutes from the first attempt of the activity;
 * then the failure is final and says which trust policy the role needs. Other failures as they are.
 */
export function whileRoleIsNew(failure: ApplicationFailure, by: Assumer): ApplicationFailure {
  if (failure.type !== ('RoleNotReady' satisfies ErrorType)) return failure;
  if (Date.now() - activityInfo().scheduledTimestampMs < NEW_ROLE_MS) return failure;
  return ApplicationFailure.create({
    type: failure.type,
    message: `${failure.message}; tried for two minutes; the role needs this trust policy: ${trustPolicy(by)}`,
    nonRetryable: true,
    ...(failure.cause ? { cause: failure.cause } : {}),
  });
}
