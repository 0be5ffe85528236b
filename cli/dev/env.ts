import { MISLEADING, type RunningRegion, readRegion, regionHome } from '../../local/index.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';

export interface ClientEnvironment {
  readonly set: Readonly<Record<string, string>>;
  /** Variables that are set here, and would lead elsewhere. */
  readonly unset: readonly string[];
}

/** Throws a user error where none is up. */
export function runningRegion({ cwd, env }: Pick<Context, 'cwd' | 'env'>): RunningRegion {
  const home = regionHome(cwd, env);
  const region = readRegion(home);
  if (!region) throw new UserError('RegionIsDown', `no region is up in ${home}`, { fix: 'temper dev up' });
  return region;
}

/** What a program needs to find the region. Throws a user error where none is up. */
export function clientEnvironment(context: Pick<Context, 'cwd' | 'env'>): ClientEnvironment {
  return {
    set: runningRegion(context).env,
    unset: MISLEADING.filter((name) => context.env[name] !== undefined),
  };
}
