import { join, resolve } from 'node:path';
import { Lock } from '../lock.ts';

/**
 * Starts a service whose state lies in a directory of its own, `name` below the region's home, one server at a time. Rejects
 * where another one uses it; where the service does not start the directory is free again.
 */
export async function startInHome<S>(
  regionHome: string,
  name: string,
  start: (home: string, lock: Lock) => Promise<S>,
): Promise<S> {
  const home = resolve(regionHome, name);
  const lock = Lock.tryAcquire(join(home, 'server.lock'));
  if (!(lock instanceof Lock))
    throw new Error(`${home} is in use by process ${lock.pid}; stop it, or choose another home`);
  try {
    return await start(home, lock);
  } catch (error) {
    lock.release();
    throw error;
  }
}
