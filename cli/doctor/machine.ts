import { findPython, readRegion, regionHealth, regionHome } from '../../local/index.ts';
import type { Context } from '../context.ts';
import { namesAddresses } from '../environment.ts';
import { type Check, check, failed, passed, skipped } from './check.ts';

const MINIMUM_NODE = [20, 19] as const;

/** This machine: what temper runs on, and the laptop region on it. */
export function checkMachine({ env, cwd }: Pick<Context, 'env' | 'cwd'>): Promise<Check[]> {
  return Promise.all([
    check('node', () => nodeVerdict(process.versions.node)),
    check('python', async () => {
      try {
        const { version, path } = await findPython(env);
        return passed(`${version}, ${path}`);
      } catch (error) {
        const [message = '', fix = 'install Python'] = (error as Error).message.split(/; (?=install)/);
        return namesAddresses(env) ? skipped(`${message}, which is not used here`) : failed(message, fix);
      }
    }),
    check('laptop', async () => {
      const home = regionHome(cwd, env);
      const region = readRegion(home);
      if (!region) return skipped(`no region is up in ${home}; temper dev up starts one`);
      const silent = (await regionHealth(region)).filter(({ up }) => !up);
      const names = silent.map(({ name, address }) => `${name} at ${address}`).join(', ');
      return silent.length === 0
        ? passed(`the region in ${home} answers`)
        : failed(`${names} does not answer`, 'temper dev down, then temper dev up; the logs are in .temper/logs');
    }),
  ]);
}

function nodeVerdict(version: string) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isNewEnough = major > MINIMUM_NODE[0] || (major === MINIMUM_NODE[0] && minor >= MINIMUM_NODE[1]);
  return isNewEnough
    ? passed(version)
    : failed(`${version} is too old`, `install Node ${MINIMUM_NODE.join('.')} or newer`);
}
