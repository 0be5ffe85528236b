import type { ResourceFault } from './faults.ts';
import type { Json } from './model.ts';

/**
 * Answers a request that has passed validation. Throws an AwsError where AWS would tell one.
 *
 * @param requestId that the answer goes out with
 */
export type Handler = (
  request: Json,
  fault: ResourceFault,
  requestId: string,
) => Json | undefined | Promise<Json | undefined>;

/** The operations of a service by name. */
export type Operations = Readonly<Record<string, Handler>>;

/** Seconds since 1970, with milliseconds. */
export function now(): number {
  return Date.now() / 1000;
}
