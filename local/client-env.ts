import type { RegionAddresses } from './region.ts';

/** Settings of other places that would get in the way: SDKs prefer a profile to keys, and send a token along. */
export const MISLEADING = [
  'AWS_PROFILE',
  'AWS_SESSION_TOKEN',
  'TEMPORAL_PROFILE',
  'TEMPORAL_NAMESPACE',
  'TEMPORAL_API_KEY',
  'TEMPORAL_TLS',
] as const;

/** The environment of a program that is to work in the region. */
export function environmentIn(region: Pick<RegionAddresses, 'env'>, base: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const rest = { ...base };
  for (const name of MISLEADING) delete rest[name];
  return { ...rest, ...region.env };
}
