import { AwsError } from '../aws/protocol.ts';

/** What an account can have at a time. */
export interface Quotas {
  /** Customization jobs that are not over. */
  readonly customizationJobs: number;
  /** Custom model deployments. */
  readonly deployments: number;
  /** Those of them that are being created. */
  readonly deploymentsInProgress: number;
  /** Model units of provisioned throughput. */
  readonly modelUnits: number;
}

/** As of a new account, but for model units, of which that has none until AWS's support has been asked. */
export const DEFAULT_QUOTAS: Quotas = {
  customizationJobs: 2,
  deployments: 10,
  deploymentsInProgress: 2,
  modelUnits: 4,
};

/** Throws a ServiceQuotaExceededException where there would be more than the quota. */
export function withinQuota(what: string, wanted: number, quota: number): void {
  if (wanted <= quota) return;
  throw new AwsError(
    'ServiceQuotaExceededException',
    `Your account has reached its quota of ${quota} ${what}. Wait until others have ended, or ask for an increase by AWS Service Quotas.`,
  );
}
