import { resolve } from 'node:path';
import { readRegion, regionHome } from '../../local/index.ts';
import type { Context } from '../context.ts';
import { namesAddresses } from '../environment.ts';

export interface Step {
  readonly command: string;
  readonly does: string;
}

/** What to type to get a run out of the project in this directory. */
export function nextSteps({ cwd, env }: Pick<Context, 'cwd' | 'env'>, directory: string): Step[] {
  const hasPlace = namesAddresses(env) || readRegion(regionHome(resolve(cwd, directory), env)) !== undefined;
  return [
    ...(directory === '.' ? [] : [{ command: `cd ${directory}`, does: 'where paths in temper.yaml start' }]),
    ...(hasPlace ? [] : [{ command: 'temper dev up', does: 'a region on this machine, to try it in' }]),
    { command: 'temper check', does: 'whether the spec and its data can be used' },
    { command: 'temper plan temper.yaml', does: 'what a run would create, and cost at most' },
    { command: 'temper run temper.yaml', does: 'from data to a served model' },
  ];
}
