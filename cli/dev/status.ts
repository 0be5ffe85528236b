import { readRegion, regionHealth, regionHome, type ServiceHealth } from '../../local/index.ts';
import type { Context } from '../context.ts';
import { readWorker } from '../workers/background.ts';

export interface Status {
  readonly home: string;
  /** `null` where none is up. */
  readonly region: {
    readonly pid: number;
    /** ISO 8601. */
    readonly since: string;
    readonly ui: string;
    readonly services: readonly ServiceHealth[];
  } | null;
  readonly worker: { readonly pid: number } | null;
}

/** Asks each service, so that what is said to be up is. */
export async function status({ cwd, env }: Pick<Context, 'cwd' | 'env'>): Promise<Status> {
  const home = regionHome(cwd, env);
  const region = readRegion(home);
  const worker = readWorker(home);
  return {
    home,
    region: region
      ? {
          pid: region.process.pid,
          since: region.since,
          ui: region.uiUrl,
          services: await regionHealth(region),
        }
      : null,
    worker: worker ? { pid: worker.pid } : null,
  };
}
