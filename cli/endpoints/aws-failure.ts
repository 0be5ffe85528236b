import { ApplicationFailure } from '@temporalio/common';
import { errorTypeOf } from '../../activities/errors.ts';
import { isPipelineCode, PIPELINE_ERRORS, type PipelineCode } from '../../spec/errors/pipeline.ts';
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
  const isTranslated = thrown instanceof ApplicationFailure;
  const error = isTranslated && thrown.cause instanceof Error ? thrown.cause : thrown;
  if (error === thrown && isTranslated && isPipelineCode(thrown.type ?? '')) return ofPipeline(thrown);
  if (!(error instanceof Error) || error instanceof UserError || !isAws(error)) return error;
  const type = errorTypeOf(error);
  return new UserError(type, `could not ${action}: ${error.message || error.name}`, { fix: FIXES[type], cause: error });
}

/** What an activity says of something that AWS did not refuse. */
function ofPipeline(failure: ApplicationFailure): UserError {
  const type = failure.type as PipelineCode;
  return new UserError(type, failure.message, { fix: PIPELINE_ERRORS[type].fix, cause: failure });
}

function isAws(error: Error): boolean {
  return '$metadata' in error || '$fault' in error || error.name === 'CredentialsProviderError' || 'code' in error;
}
