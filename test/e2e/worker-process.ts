import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** The CLI, as the build made it. */
export const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface WorkerProcess extends ChildProcess {
  /** What it has told so far. */
  readonly said: () => string;
}

/**
 * A `temper worker` in a process of its own, polling; ended with the test, if it is still there.
 *
 * @param main the `temper` of another build
 */
export async function startWorkerProcess(
  env: Readonly<Record<string, string>>,
  { main = MAIN, options = [] }: { readonly main?: string; readonly options?: readonly string[] } = {},
): Promise<WorkerProcess> {
  const worker = spawn(process.execPath, [main, 'worker', ...options], {
    env: { PATH: process.env.PATH, ...env },
    stdio: 'pipe',
  });
  onTestFinished(() => kill(worker, 'SIGKILL'));
  let said = '';
  await new Promise<void>((ready, failed) => {
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      if (said.includes('worker ready')) ready();
    };
    worker.stdout.on('data', listen);
    worker.stderr.on('data', listen);
    worker.on('exit', (code) => failed(new Error(`the worker ended with ${code} before it was ready:\n${said}`)));
  });
  return Object.assign(worker, { said: () => said });
}

/** Sends the signal and returns when the process is gone. */
export async function kill(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
}
