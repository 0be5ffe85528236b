/** The background process that `upRegion` starts: runs a region until SIGTERM or SIGINT. Its options are its one argument. */
import type { DaemonMessage, DaemonOptions } from './background.ts';
import { ownIdentity } from './processes.ts';
import { type Region, startRegion } from './region.ts';
import { removeRegion, writeRegion } from './state.ts';

const options: DaemonOptions = JSON.parse(process.argv[2] ?? '{}');
const ended = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => ended.abort());
// Whoever asked for the region has given up waiting for it.
process.on('disconnect', () => ended.abort());

function log(line: string): void {
  process.stdout.write(`${new Date().toISOString()} ${line}\n`);
}

function tell(message: DaemonMessage): void {
  if (process.connected) process.send?.(message);
}

async function main(): Promise<void> {
  const region: Region = await startRegion({
    ...options,
    onProgress: (line) => {
      log(line);
      tell({ type: 'progress', line });
    },
  });
  const { setFaults: _, stop, ...addresses } = region;
  if (!ended.signal.aborted) {
    writeRegion({ home: options.home, process: ownIdentity(), since: new Date().toISOString(), ...addresses });
    log(
      `up: Temporal ${region.temporalAddress}, AWS ${region.awsUrl}, SageMaker ${region.sagemakerUrl}, Bedrock ${region.bedrockUrl}`,
    );
    process.removeAllListeners('disconnect');
    tell({ type: 'ready' });
    if (process.connected) process.disconnect();
    await new Promise<void>((resolve) => {
      if (ended.signal.aborted) resolve();
      ended.signal.addEventListener('abort', () => resolve());
    });
  }
  await stop();
  removeRegion(options.home);
  log('down');
}

try {
  await main();
} catch (error) {
  log(`failed: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  tell({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
  if (process.connected) process.disconnect();
}
