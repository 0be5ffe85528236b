/** Temporal's errors, in the words of this CLI. */
import { isGrpcServiceError } from '@temporalio/client';
import { NamespaceNotFoundError, WorkflowNotFoundError } from '@temporalio/common';
import { GRPC_STATUS } from '../activities/grpc-status.ts';
import type { Environment } from './environment.ts';
import { UserError } from './errors.ts';

const { CANCELLED, UNKNOWN, INVALID_ARGUMENT, DEADLINE_EXCEEDED, NOT_FOUND, PERMISSION_DENIED } = GRPC_STATUS;
const { RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, INTERNAL, UNAVAILABLE, UNAUTHENTICATED } = GRPC_STATUS;
const UNANSWERED = [CANCELLED, UNKNOWN, DEADLINE_EXCEEDED, RESOURCE_EXHAUSTED, FAILED_PRECONDITION, ABORTED, INTERNAL];

/** Whether Temporal itself does not answer, as opposed to answering with an error. */
export function isGone(error: unknown): boolean {
  return hasCode(error, UNAVAILABLE) || hasCode(error, DEADLINE_EXCEEDED);
}

export function isNotFound(error: unknown): boolean {
  return error instanceof WorkflowNotFoundError || hasCode(error, NOT_FOUND);
}

/**
 * Whether a query failed because no worker took it up, or because the one that did went away: Temporal then passes on
 * whatever its connection broke with.
 */
export function isUnanswered(error: unknown): boolean {
  return UNANSWERED.some((code) => hasCode(error, code));
}

/** Whether a query failed because the run's history is not one of the code of the worker that answered. */
export function isOfOtherCode(error: unknown): boolean {
  return /nondeterminis/i.test(saidBy(error));
}

/** What a call to Temporal failed with, for people; errors of another kind as they are. */
export function temporalFailure({ temporal }: Environment, error: unknown): unknown {
  // What was understood already may have a call to Temporal as its cause.
  if (error instanceof UserError) return error;
  const { address, namespace } = temporal;
  if (hasCode(error, PERMISSION_DENIED) || hasCode(error, UNAUTHENTICATED)) {
    return new UserError('TemporalRefused', `temporal at ${address} refuses this client: ${saidBy(error)}`, {
      fix: 'check TEMPORAL_API_KEY, TEMPORAL_NAMESPACE and the TLS settings',
      cause: error,
    });
  }
  if (error instanceof NamespaceNotFoundError) {
    return new UserError('NamespaceNotFound', `temporal at ${address} has no namespace ${JSON.stringify(namespace)}`, {
      fix: 'create it, or set TEMPORAL_NAMESPACE',
      cause: error,
    });
  }
  if (
    hasCode(error, INVALID_ARGUMENT) &&
    /Temper(Name|Engine|Stage|Outcome|Waiting|Score|Schedule)/.test(saidBy(error))
  ) {
    return new UserError('SearchAttributesMissing', `namespace ${namespace} does not know what temper finds runs by`, {
      fix: 'a worker registers it when it starts: temper worker',
      cause: error,
    });
  }
  return isGone(error) ? unreachable({ temporal }, error) : error;
}

/** What is said when nobody answers where Temporal should be. */
export function unreachable({ temporal }: Pick<Environment, 'temporal'>, cause: unknown): UserError {
  return new UserError('TemporalUnreachable', `temporal does not answer at ${temporal.address}`, {
    fix: 'start it on this machine with: temper dev up, or set TEMPORAL_ADDRESS to where it is',
    cause,
  });
}

function hasCode(error: unknown, code: number): boolean {
  if (isGrpcServiceError(error)) return error.code === code;
  return error instanceof Error && error.cause !== undefined && hasCode(error.cause, code);
}

/** The server's own words, below the SDK's. */
function saidBy(error: unknown): string {
  if (isGrpcServiceError(error)) return error.details;
  return error instanceof Error && error.cause !== undefined ? saidBy(error.cause) : String(error);
}
