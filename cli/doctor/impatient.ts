/** A doctor that makes people wait is not asked: AWS clients with less patience than those of a run. */
export const IMPATIENT = {
  maxAttempts: 2,
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 5_000, throwOnRequestTimeout: true },
} as const;
