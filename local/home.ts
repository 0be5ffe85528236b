/** Where the laptop region keeps its state. */
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

const DIRECTORY = '.temper';

/**
 * The region's home: `TEMPER_HOME`, or else `.temper` in the nearest directory, from `cwd` upwards, that has one, or
 * else in `cwd` itself.
 */
export function regionHome(cwd: string, env: NodeJS.ProcessEnv): string {
  if (env.TEMPER_HOME) return resolve(cwd, env.TEMPER_HOME);
  for (let directory = resolve(cwd); ; directory = dirname(directory)) {
    if (existsSync(join(directory, DIRECTORY))) return join(directory, DIRECTORY);
    if (directory === dirname(directory)) return join(resolve(cwd), DIRECTORY);
  }
}

/** What lies where in a home. */
export function homePaths(home: string) {
  return {
    /** The address book of the region that runs. */
    region: join(home, 'region.json'),
    /** Held by the process that runs the region. */
    lock: join(home, 'region.lock'),
    processes: join(home, 'processes'),
    tools: join(home, 'tools'),
    temporalDatabase: join(home, 'temporal.db'),
    objects: join(home, 's3'),
    ministackState: join(home, 'ministack'),
    log: (name: string): string => join(home, 'logs', `${name}.log`),
  };
}
