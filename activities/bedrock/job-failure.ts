import type { ApplicationFailure } from '@temporalio/common';
import { type ErrorType, failure } from '../errors.ts';
import { accessRemedy, isOfKms, isOfRolePermission, kmsRemedy } from '../remedies.ts';

/** The failure of a customization job that Bedrock calls Failed, by the message that it gives. */
export function customizationFailure(job: string, base: string, message = 'no reason given'): ApplicationFailure {
  const [type, remedy] = verdictOn(message, base);
  return failure(type, `${job} failed: ${message}${remedy ? `; ${remedy}` : ''}`);
}

/** Messages as in docs.aws.amazon.com/bedrock/latest/userguide/fine-tuning-troubleshooting.html */
function verdictOn(message: string, base: string): readonly [type: ErrorType, remedy?: string | undefined] {
  if (isOfRolePermission(message)) return ['AccessDenied', accessRemedy(message)];
  if (isOfKms(message) && /denied|not authorized/i.test(message)) return ['KmsAccessDenied', kmsRemedy(message)];
  if (/license terms/i.test(message)) return ['JobFailed', "AWS's support knows which rows are meant"];
  if (/unexpected error|internal (?:server )?error/i.test(message)) {
    return ['JobFailed', 'the fault is with Bedrock: start the run again'];
  }
  if (/grader|lambda/i.test(message)) return ['JobFailed', 'the log of the grader is in CloudWatch Logs'];
  if (/jsonl|token|record|\bline\b|input size|dataset|training data|reserved/i.test(message)) {
    return ['JobFailed', `see which rows do not fit with: temper check DATA --for ${base}`];
  }
  return ['JobFailed'];
}
