import type { ApplicationFailure } from '@temporalio/common';
import { type ErrorType, failure } from '../errors.ts';
import { isOfKms, kmsRemedy, passRoleRemedy } from '../remedies.ts';

/** What of a failed job goes into the run's history. */
export interface FailedJob {
  /** The last lines of its log. */
  readonly log: readonly string[];
  readonly billedSeconds?: number;
  /** Its name, of a transform job. */
  readonly job?: string;
}

/** What SageMaker says where it has no machine of the type; a script that says so speaks for itself. */
export function isOfCapacity(reason: string): boolean {
  if (/^(?:Algorithm|Client)Error/.test(reason)) return false;
  return /CapacityError|InsufficientInstanceCapacity|insufficient capacity|unable to provision requested ML compute/i.test(
    reason,
  );
}

/** The failure of a job that SageMaker calls Failed, by the reason that it gives. */
export function jobFailure(job: string, reason = 'no reason given', details: FailedJob): ApplicationFailure {
  const [type, remedy] = verdictOn(reason);
  return failure(type, `${job} failed: ${reason}${remedy ? `; ${remedy}` : ''}`, undefined, [details]);
}

function verdictOn(reason: string): readonly [type: ErrorType, remedy?: string | undefined] {
  if (isOfCapacity(reason)) return ['CapacityUnavailable'];
  const isRefusal = /access ?denied|not authorized|forbidden/i.test(reason);
  // What a script says of its own calls is the script's to put right.
  if (isRefusal && !reason.startsWith('AlgorithmError')) {
    return isOfKms(reason) ? ['KmsAccessDenied', kmsRemedy(reason)] : ['AccessDenied', passRoleRemedy(reason)];
  }
  if (/no space left on device/i.test(reason))
    return ['JobFailed', 'its disk was full: raise train.volumeGb, or take an instance with more storage'];
  if (/out ?of ?memory/i.test(reason)) {
    return ['JobFailed', 'it ran out of memory: take a larger instance, or smaller batches'];
  }
  return ['JobFailed'];
}
