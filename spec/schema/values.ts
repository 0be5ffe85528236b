/** Values that several parts of `temper.yaml` are made of. */
import { z } from 'zod';
import { DURATION_PATTERN, durationSeconds } from '../duration.ts';
import { MAX_NAME_LENGTH, NAME_PATTERN } from '../naming.ts';

export const name = z
  .string()
  .max(MAX_NAME_LENGTH)
  .regex(NAME_PATTERN, 'use lower-case letters, digits and single hyphens, such as product-reviews');
/** A duration of at most so much; `limit` says whose limit it is. */
export const durationUpTo = (max: string, limit: string) =>
  z
    .string()
    .regex(DURATION_PATTERN, { error: 'write a duration as 90s, 30m, 1h or 5d', abort: true })
    .refine((text) => durationSeconds(text) <= durationSeconds(max), {
      error: ({ input }) => `must be at most ${max}, ${limit}, received ${input}`,
    });
export const duration = durationUpTo('28d', "SageMaker's maximum");
export const instance = z.string().regex(/^ml\.[a-z0-9-]+\.[a-z0-9]+$/, 'write an instance type such as ml.m5.large');
// Each try adds to the run's history, which holds 51,200 events: five types for the week that `maxWait` may last need 43,000.
const MAX_INSTANCE_TYPES = 5;
/** One type, or a list in the order in which they are tried; a list in the checked spec. */
export const instances = z
  .union([
    instance,
    z
      .array(instance)
      .min(1)
      .max(MAX_INSTANCE_TYPES)
      .refine((types) => new Set(types).size === types.length, 'name each instance type once'),
  ])
  .transform((types) => (typeof types === 'string' ? [types] : types));
export const relativePath = z
  .string()
  .min(1)
  .regex(/^(?![a-z0-9]+:\/\/)/, 'give a path on this machine; addresses such as s3:// are not read');

export const s3Prefix = z.string().regex(/^s3:\/\/[^/]+\/.+$/, 'write an address such as s3://bucket/prefix/');

/** How sure something has to be that is told from few rows. */
export const confidence = z.number().min(0.5).max(0.999);

/** A map of at most so many entries; `limit` says whose limit it is. */
export function limited<V extends z.ZodType>(key: z.ZodString, value: V, max: number, limit: string) {
  return z.record(key, value).refine((map) => Object.keys(map).length <= max, {
    error: ({ input }) => `must be at most ${max} entries, received ${Object.keys(input as object).length}: ${limit}`,
  });
}
