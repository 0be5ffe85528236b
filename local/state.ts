/** What a region in the background leaves in its home for others to find it by. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homePaths } from './home.ts';
import { expectOk } from './http.ts';
import { miniStackAnswers } from './ministack.ts';
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
  readonly name: 'Temporal' | 'MiniStack' | 'SageMaker';
  readonly address: string;
  /** Whether it answered just now. */
  readonly up: boolean;
}

/** Asks each service of a region whether it is there. */
export async function regionHealth(region: RegionAddresses): Promise<ServiceHealth[]> {
  const services: readonly [ServiceHealth['name'], string, Promise<unknown>][] = [
    ['Temporal', region.temporalAddress, expectOk(`${region.uiUrl}/api/v1/namespaces/default`)],
    ['MiniStack', region.awsUrl, miniStackAnswers(region.awsUrl)],
    // Any answer will do, and an AWS service answers a bare GET with an error.
    ['SageMaker', region.sagemakerUrl, fetch(region.sagemakerUrl, { signal: AbortSignal.timeout(2_000) })],
  ];
  return Promise.all(
    services.map(async ([name, address, answer]) => {
      const up = await answer.then(
        () => true,
        () => false,
      );
      return { name, address, up };
    }),
  );
}
