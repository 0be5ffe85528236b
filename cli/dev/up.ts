import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { environmentIn, type FaultPlan, parseFaultPlan, regionHome, upRegion } from '../../local/index.ts';
import type { Context } from '../context.ts';
import { UserError, usageError, whyUnreadable } from '../errors.ts';
import { withTemporal } from '../temporal.ts';
import { startWorker } from '../workers/background.ts';
import { ensureSearchAttributes } from '../workers/search-attributes.ts';

export interface Up {
  readonly home: string;
  /** False where it was up already. */
  readonly started: boolean;
  readonly temporal: string;
  readonly ui: string;
  readonly aws: string;
  readonly sagemaker: string;
  readonly bedrock: string;
  readonly worker?: { readonly pid: number; readonly started: boolean };
}

/** Makes sure that the region is up, and a worker if wanted. */
export async function up(context: Context, options: { worker: boolean; faults?: string }): Promise<Up> {
  const home = regionHome(context.cwd, context.env);
  const faults = options.faults === undefined ? undefined : await readFaults(context, options.faults);
  const { region, started } = await start(context, home, faults);
  if (!started && faults) {
    throw new UserError('RegionIsUp', `a region is up in ${home}, and takes faults only when it starts`, {
      fix: 'temper dev down, then up again',
    });
  }
  // A worker that is left from another region has that one's addresses.
  const worker = options.worker ? await startWorker(context, region, { renew: started }) : undefined;
  // A worker registers them itself.
  if (!worker) {
    await withTemporal({ ...context, env: environmentIn(region, context.env) }, ({ client, environment }) =>
      ensureSearchAttributes(client.connection, environment.temporal.namespace),
    );
  }
  return {
    home,
    started,
    temporal: region.temporalAddress,
    ui: region.uiUrl,
    aws: region.awsUrl,
    sagemaker: region.sagemakerUrl,
    bedrock: region.bedrockUrl,
    ...(worker && { worker: { pid: worker.worker.pid, started: worker.started } }),
  };
}

async function start({ output }: Context, home: string, faults: FaultPlan | undefined) {
  try {
    return await upRegion({
      home,
      ...(faults && { faults }),
      onProgress: (line) => output.note({ code: 'dev.progress', text: line }),
    });
  } catch (error) {
    throw new UserError('RegionDidNotStart', (error as Error).message, { cause: error });
  }
}

async function readFaults({ cwd }: Context, file: string): Promise<FaultPlan> {
  const text = await readFile(resolve(cwd, file), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw usageError('FileUnreadable', `cannot read ${file}: ${whyUnreadable(error)}`);
  });
  try {
    return parseFaultPlan(text, file);
  } catch (error) {
    throw usageError('InvalidFaultPlan', (error as Error).message, 'docs/faults.md explains the format');
  }
}
