/** The laptop region that tests share, and regions of their own for tests that break something. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject, onTestFinished } from 'vitest';
import { ANY_PORTS, type Region, type RegionAddresses, type RegionOptions, startRegion } from '../../local/index.ts';

/** Kept from one test run to the next, as installing takes seconds. */
export const SHARED_TOOLS = fileURLToPath(new URL('../../.temper/tools', import.meta.url));

export interface SharedRegion extends RegionAddresses {
  readonly home: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly region: SharedRegion;
  }
}

/** Where test processes share the workflows that one of them has bundled: beside the region. */
export const bundlesIn = (home: string): string => join(home, 'bundles');

/** The region that is up for the whole test run. Other tests use it at the same time: name things apart. */
export function sharedRegion(): SharedRegion {
  return inject('region');
}

/** A directory that goes away with the test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'temper-test-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A region of the test's own, on free ports, which is gone when the test is. */
export async function ownRegion(options: Partial<RegionOptions> = {}): Promise<Region & { readonly home: string }> {
  const home = options.home ?? (await temporaryDirectory());
  const region = await startRegion({ ports: ANY_PORTS, tools: SHARED_TOOLS, ...options, home });
  onTestFinished(() => region.stop());
  return { ...region, home };
}
