import { downRegion, regionHome } from '../../local/index.ts';
import type { Context } from '../context.ts';
import { stopWorker } from '../workers/background.ts';

export interface Down {
  readonly home: string;
  /** Whether there was one to stop. */
  readonly worker: boolean;
  readonly region: boolean;
}

/** Stops the worker, which needs the region to end what is under way, and then the region. */
export async function down({ cwd, env }: Pick<Context, 'cwd' | 'env'>): Promise<Down> {
  const home = regionHome(cwd, env);
  const worker = await stopWorker(home);
  return { home, worker, region: await downRegion(home) };
}
