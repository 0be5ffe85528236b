import { MISLEADING, readRegion, regionHome } from '../../local/index.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';

export interface ClientEnvironment {
  readonly set: Readonly<Record<string, string>>;
  /** Variables that are set here, and would lead elsewhere. */
  readonly unset: readonly string[];
}

/** What a program needs to find the region. Throws a user error where none is up. */
export function clientEnvironment({ cwd, env }: Pick<Context, 'cwd' | 'env'>): ClientEnvironment {
  const home = regionHome(cwd, env);
  const region = readRegion(home);
  if (!region) throw new UserError('RegionIsDown', `no region is up in ${home}`, { fix: 'temper dev up' });
  return { set: region.env, unset: MISLEADING.filter((name) => env[name] !== undefined) };
}
