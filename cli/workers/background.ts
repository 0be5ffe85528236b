/** The worker that `temper dev up` starts: a `temper worker` that outlives the command. */
import { spawn } from 'node:child_process';
import { closeSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  builtFile,
  endProcess,
  environmentIn,
  homePaths,
  identify,
  isRunning,
  Lock,
  lastLines,
  type ProcessIdentity,
  type RunningRegion,
  readIdentity,
} from '../../local/index.ts';
import { PIPELINE_TASK_QUEUE } from '../../spec/naming.ts';
import type { Context } from '../context.ts';
import { UserError } from '../errors.ts';
import { type Temporal, withTemporal } from '../temporal.ts';

const START_TIMEOUT_MS = 60_000;
const POLL_MS = 100;
/** More than a worker takes for what is under way. */
const STOP_GRACE_MS = 30_000;

const stateFile = (home: string): string => join(home, 'worker.json');

/** Where the worker of this home writes what it has to say. */
export function workerLog(home: string): string {
  return homePaths(home).log('worker');
}

/** The worker in this home's background, or `undefined`. */
export function readWorker(home: string): ProcessIdentity | undefined {
  const worker = readIdentity(stateFile(home));
  return worker && isRunning(worker) ? worker : undefined;
}

/** Starts a worker in the region and returns once it polls. One that runs already stays, unless `renew`. */
export async function startWorker(
  context: Context,
  region: RunningRegion,
  { renew }: { readonly renew: boolean },
): Promise<{ worker: ProcessIdentity; started: boolean }> {
  const { home } = region;
  const turn = await Lock.acquire(`${stateFile(home)}.lock`);
  try {
    const running = readWorker(home);
    if (running && !renew) return { worker: running, started: false };
    if (running) await endProcess(running, STOP_GRACE_MS);
    return { worker: await launch({ ...context, env: environmentIn(region, context.env) }, home), started: true };
  } finally {
    turn.release();
  }
}

/** Lets the worker end what is under way, and returns when it has gone. False where there was none. */
export async function stopWorker(home: string): Promise<boolean> {
  const worker = readWorker(home);
  if (worker) await endProcess(worker, STOP_GRACE_MS);
  rmSync(stateFile(home), { force: true });
  return worker !== undefined;
}

async function launch(context: Context, home: string): Promise<ProcessIdentity> {
  const log = openSync(workerLog(home), 'a');
  const child = spawn(process.execPath, [builtFile('cli/main.js'), 'worker'], {
    cwd: home,
    detached: true,
    env: context.env,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const worker = child.pid === undefined ? undefined : identify(child.pid);
  const ended = new Promise<never>((_, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => reject(new Error(`it ended with ${signal ?? `exit code ${code}`}`)));
  });
  const up = new AbortController();
  try {
    if (worker) writeFileSync(stateFile(home), JSON.stringify(worker));
    await Promise.race([ended, withTemporal(context, (temporal) => polls(temporal, child.pid, up.signal))]);
    if (!worker) throw new Error('it has no process');
    return worker;
  } catch (error) {
    if (worker) await endProcess(worker, 0);
    throw new UserError('WorkerDidNotStart', `the worker did not start: ${(error as Error).message}`, {
      fix: `read ${workerLog(home)}, which ends with:\n${lastLines(workerLog(home), 10)}`,
      cause: error,
    });
  } finally {
    up.abort();
    child.removeAllListeners();
    child.unref();
  }
}

/** Resolves once Temporal has heard from the worker with this pid; workers are known there as `pid@host`. */
async function polls({ client }: Temporal, pid: number | undefined, stop: AbortSignal): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!stop.aborted) {
    const { pollers } = await client.workflowService.describeTaskQueue({
      namespace: client.options.namespace,
      taskQueue: { name: PIPELINE_TASK_QUEUE },
      // TASK_QUEUE_TYPE_WORKFLOW.
      taskQueueType: 1,
    });
    if (pollers?.some(({ identity }) => identity === `${pid}@${hostname()}`)) return;
    if (Date.now() > deadline) throw new Error(`it did not poll within ${START_TIMEOUT_MS / 1000} s`);
    await sleep(POLL_MS);
  }
}
