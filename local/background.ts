/** A region in the background: started, found and stopped by processes that come and go. */
import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { builtFile } from './built.ts';
import { childEnv } from './child-env.ts';
import { homePaths } from './home.ts';
import { Lock } from './lock.ts';
import { lastLines } from './log.ts';
import { endProcess, ProcessRecords } from './processes.ts';
import type { RegionOptions } from './region.ts';
import { type RunningRegion, readRegion, removeRegion } from './state.ts';

/** What the background process is started with, as JSON. */
export type DaemonOptions = Omit<RegionOptions, 'onProgress' | 'machines'>;

/** What it tells the process that started it. */
export type DaemonMessage =
  | { readonly type: 'progress'; readonly line: string }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly message: string };

/** Longer than SageMaker's jobs and endpoints get to end in order. */
const STOP_GRACE_MS = 60_000;

/**
 * Makes sure that a region runs in the background of this home, and returns once it answers. `started` is false where
 * one was up already; it is left as it is, whatever the options. Rejects with the reason where it does not come up.
 */
export async function upRegion(
  options: DaemonOptions & Pick<RegionOptions, 'onProgress'>,
): Promise<{ region: RunningRegion; started: boolean }> {
  const { home, onProgress, ...rest } = options;
  const lock = await Lock.acquire(turnLock(home));
  try {
    const running = readRegion(home);
    if (running) return { region: running, started: false };
    await spawnDaemon({ home, ...rest }, onProgress);
    const region = readRegion(home);
    if (!region) throw new Error(`the region stopped right after it started; see ${homePaths(home).log('region')}`);
    return { region, started: true };
  } finally {
    lock.release();
  }
}

/**
 * Stops the region in this home's background with everything it started, and returns when all of it has gone. Ends what
 * a crashed one left, too. False where there was nothing to stop.
 */
export async function downRegion(home: string): Promise<boolean> {
  if (!existsSync(home)) return false;
  const paths = homePaths(home);
  const turn = await Lock.acquire(turnLock(home));
  try {
    const running = readRegion(home);
    if (running) await endProcess(running.process, STOP_GRACE_MS);
    // Held by a region that runs in the foreground of another process, whose children are not ours to end.
    const free = Lock.tryAcquire(paths.lock);
    if (!(free instanceof Lock)) return running !== undefined;
    const ended = await new ProcessRecords(paths.processes).endAll();
    removeRegion(home);
    free.release();
    return running !== undefined || ended.length > 0;
  } finally {
    turn.release();
  }
}

/** Who starts or stops a region takes turns with others who do. */
function turnLock(home: string): string {
  return join(home, 'up-down.lock');
}

function spawnDaemon(options: DaemonOptions, onProgress?: (line: string) => void): Promise<void> {
  const logFile = homePaths(options.home).log('region');
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, 'a');
  const daemon = spawn(process.execPath, [builtFile('local/daemon.js'), JSON.stringify(options)], {
    cwd: options.home,
    detached: true,
    env: childEnv({ AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' }),
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  return new Promise<void>((resolve, reject) => {
    daemon.on('error', reject);
    daemon.on('exit', (code, signal) => {
      reject(
        new Error(
          `the region ended (${signal ?? code}) before it was up; ${logFile} ends with:\n${lastLines(logFile, 15)}`,
        ),
      );
    });
    daemon.on('message', (message: DaemonMessage) => {
      if (message.type === 'progress') onProgress?.(message.line);
      else if (message.type === 'ready') resolve();
      else reject(new Error(message.message));
    });
  }).finally(() => {
    daemon.removeAllListeners();
    if (daemon.connected) daemon.disconnect();
    daemon.unref();
  });
}
