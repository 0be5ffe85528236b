/** What a region in the background leaves in its home for others to find it by. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homePaths } from './home.ts';
import { expectOk } from './http.ts';
import { miniStackVersion } from './ministack.ts';
import { isRunning, type ProcessIdentity } from './processes.ts';
import type { RegionAddresses } from './region.ts';

/** A region that runs in the background. */
export interface RunningRegion extends RegionAddresses {
  readonly home: string;
  readonly process: ProcessIdentity;
  /** ISO 8601. */
  readonly since: string;
}

/** The region that runs in this home's background, or `undefined`. */
export function readRegion(home: string): RunningRegion | undefined {
  let region: RunningRegion;
  try {
    region = JSON.parse(readFileSync(homePaths(home).region, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`cannot read ${homePaths(home).region}: ${(error as Error).message}`, { cause: error });
  }
  return isRunning(region.process) ? region : undefined;
}

export function writeRegion(region: RunningRegion): void {
  const file = homePaths(region.home).region;
  writeFileSync(`${file}.new`, `${JSON.stringify(region, null, 2)}\n`);
  renameSync(`${file}.new`, file);
}

export function removeRegion(home: string): void {
  rmSync(homePaths(home).region, { force: true });
}

export interface ServiceHealth {
  readonly name: 'Temporal' | 'MiniStack' | 'SageMaker' | 'Bedrock';
  readonly address: string;
  /** Whether it answered just now. */
  readonly up: boolean;
  /** What it says it is, where it says so. */
  readonly version?: string;
}

/** Asks each service of a region whether it is there. */
export function regionHealth(region: RegionAddresses): Promise<ServiceHealth[]> {
  return Promise.all([
    health('Temporal', region.temporalAddress, async () => {
      return JSON.parse(await expectOk(`${region.uiUrl}/api/v1/cluster-info`)).serverVersion;
    }),
    health('MiniStack', region.awsUrl, () => miniStackVersion(region.awsUrl)),
    health('SageMaker', region.sagemakerUrl, () => answers(region.sagemakerUrl)),
    health('Bedrock', region.bedrockUrl, () => answers(region.bedrockUrl)),
  ]);
}

/** Any answer will do: like AWS's, ours answer a bare GET with an error. */
async function answers(url: string): Promise<undefined> {
  await fetch(url, { signal: AbortSignal.timeout(2_000) });
}

async function health(
  name: ServiceHealth['name'],
  address: string,
  ask: () => Promise<string | undefined>,
): Promise<ServiceHealth> {
  try {
    const version = await ask();
    return { name, address, up: true, ...(version && { version }) };
  } catch {
    return { name, address, up: false };
  }
}
