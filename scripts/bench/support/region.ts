/** The laptop region of a bench: its own, on free ports, gone afterwards. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { ensureSearchAttributes } from '../../../cli/workers/search-attributes.ts';
import { ANY_PORTS, type RegionAddresses, type RegionOptions, startRegion } from '../../../local/index.ts';
import { atEnd } from '../clean-up.ts';

/** Kept, as installing takes longer than most benches. */
export const TOOLS = fileURLToPath(new URL('../../../../.temper/tools', import.meta.url));

export interface BenchRegion extends RegionAddresses {
  /** A directory that goes away with the region. */
  readonly directory: string;
  /** The variables of a shell in which temper works in the region. */
  readonly variables: NodeJS.ProcessEnv;
}

export async function startBenchRegion(options: Partial<RegionOptions> = {}): Promise<BenchRegion> {
  const directory = await mkdtemp(join(tmpdir(), 'temper-bench-'));
  atEnd(() => rm(directory, { recursive: true, force: true }));
  const region = await startRegion({ ports: ANY_PORTS, tools: TOOLS, ...options, home: join(directory, 'region') });
  atEnd(() => region.stop());
  const connection = await Connection.connect({ address: region.temporalAddress });
  await ensureSearchAttributes(connection, 'default');
  await connection.close();
  const { PATH, HOME } = process.env;
  return { ...region, directory, variables: { PATH, HOME, ...region.env } };
}
