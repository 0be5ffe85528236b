import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import type { TestProject } from 'vitest/node';
import { ensureSearchAttributes } from '../../cli/workers/search-attributes.ts';
import { ANY_PORTS, startRegion } from '../../local/index.ts';
import { bundlesIn, SHARED_TOOLS } from './region.ts';

/** Starts the region that all tests share, before the first and until after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const home = await mkdtemp(join(tmpdir(), 'temper-test-'));
  const {
    stop,
    setFaults: _,
    ...addresses
  } = await startRegion({
    home,
    tools: SHARED_TOOLS,
    ports: ANY_PORTS,
    // Tests that run at the same time must not use up what the others need.
    bedrock: { quotas: { customizationJobs: 1000, deployments: 1000, deploymentsInProgress: 1000, modelUnits: 1000 } },
  });
  const connection = await Connection.connect({ address: addresses.temporalAddress });
  await ensureSearchAttributes(connection, 'default');
  await connection.close();
  project.provide('region', { home, ...addresses });
  // Of the sources as they are by then.
  project.onTestsRerun(() => rm(bundlesIn(home), { recursive: true, force: true }));
  return async () => {
    await stop();
    await rm(home, { recursive: true, force: true });
  };
}
