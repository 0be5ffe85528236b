import { errorTypeOf } from '../../activities/errors.ts';
import { UserError } from '../errors.ts';

const FIXES: Readonly<Record<string, string>> = {
  CredentialsRejected: 'sign in to AWS, or start the laptop region: temper dev up',
  AccessDenied: 'allow the action named above for your AWS identity',
  Unavailable: 'check AWS_REGION and the network, or start the laptop region: temper dev up',
  Throttled: 'try again in a moment',
};

/** What a call of this CLI to AWS failed with, for people; other errors as they are. */
export function awsFailure(thrown: unknown, action: string): unknown {
  // What activities share with commands is translated already.
  const error =
    thrown instanceof Error && thrown.name === 'ApplicationFailure' && thrown.cause instanceof Error
      ? thrown.cause
      : thrown;
  if (!(error instanceof Error) || error instanceof UserError || !isAws(error)) return error;
  const type = errorTypeOf(error);
  return new UserError(type, `could not ${action}: ${error.message || error.name}`, { fix: FIXES[type], cause: error });
}

function isAws(error: Error): boolean {
  return '$metadata' in error || '$fault' in error || error.name === 'CredentialsProviderError' || 'code' in error;
}
