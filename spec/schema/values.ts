/** Values that several parts of `temper.yaml` are made of. */
import { z } from 'zod';
import { DURATION_PATTERN, durationSeconds } from '../duration.ts';
import { MAX_NAME_LENGTH, NAME_PATTERN } from '../naming.ts';

export const name = z
  .string()
  .max(MAX_NAME_LENGTH)
  .regex(NAME_PATTERN, 'use lower-case letters, digits and single hyphens, such as product-reviews');
// SageMaker's maximum for a job.
const MAX_RUNTIME = '28d';
export const duration = z
  .string()
  .regex(DURATION_PATTERN, { error: 'write a duration as 90s, 30m, 1h or 5d', abort: true })
  .refine((text) => durationSeconds(text) <= durationSeconds(MAX_RUNTIME), {
    error: ({ input }) => `must be at most ${MAX_RUNTIME}, SageMaker's maximum, received ${input}`,
  });
export const instance = z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'write an instance type such as ml.m5.large');
export const relativePath = z
  .string()
  .min(1)
  .regex(/^(?![a-z0-9]+:\/\/)/, 'give a path on this machine; addresses such as s3:// are not read');

/** A map of at most so many entries; `limit` says whose limit it is. */
export function limited<V extends z.ZodType>(key: z.ZodString, value: V, max: number, limit: string) {
  return z.record(key, value).refine((map) => Object.keys(map).length <= max, {
    error: ({ input }) => `must be at most ${max} entries, received ${Object.keys(input as object).length}: ${limit}`,
  });
}
