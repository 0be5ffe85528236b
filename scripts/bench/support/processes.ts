/** Processes of the command line, and what the system says of them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { builtFile } from '../../../local/index.ts';
import { atEnd } from '../clean-up.ts';

export const MAIN = builtFile('cli/main.js');

export interface WorkerProcess {
  readonly pid: number;
  /** Milliseconds from the start of the process until it said that it was ready. */
  readonly readyAfter: number;
  stop(): Promise<void>;
}

/** `temper worker`, which is gone when the bench is. */
export async function startWorker(env: NodeJS.ProcessEnv): Promise<WorkerProcess> {
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, 'worker'], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): Promise<void> => ended(child);
  atEnd(stop);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  for await (const line of createInterface(child.stdout)) {
    if (line.startsWith('worker ready')) {
      return { pid: child.pid ?? 0, readyAfter: performance.now() - started, stop };
    }
  }
  throw new Error(`the worker ended before it was ready: ${said}`);
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** Wall time of `temper ARGS` in milliseconds. Throws where it ends with another exit code than 0. */
export async function temper(args: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const started = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  atEnd(() => ended(child));
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`temper ${args.join(' ')} ended with ${code}: ${said}`);
  return performance.now() - started;
}

/** Largest resident memory of a process so far, in MB. Linux only. */
export function peakMemory(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1000;
}

const TICKS_PER_SECOND = 100;

/** Processor time that a process has used, in seconds. Linux only. */
export function processorSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}
