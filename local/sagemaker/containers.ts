/** What stands for a container on a laptop: a process group of its own, with pipes for its output and its reports. */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { ProcessRecords } from '../processes.ts';

export interface ContainerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** How a process ended; a signal counts as 128 and its number, as in a shell and in a container. */
export interface Exit {
  readonly code: number;
  readonly error?: string;
}

/** How long the output of an ended process may still be held open by what it left outside of its group. */
const OUTPUT_GRACE_MS = 1_000;
const SIGNALS: Partial<Record<NodeJS.Signals, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};

/** The running containers. */
export class Containers {
  readonly #records: ProcessRecords;
  readonly #running = new Set<Container>();
  #closed = false;

  constructor(records: ProcessRecords) {
    this.#records = records;
  }

  /** Throws once the containers are closed: what starts then would be left behind. */
  start(command: ContainerCommand): Container {
    if (this.#closed) throw new Error('the region is shutting down');
    const child = spawn(command.command, [...command.args], {
      cwd: command.cwd,
      env: { ...command.env, ...this.#records.mark },
      // The last one is for what the entry points report: see train.py and serve.py.
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    if (child.pid !== undefined) this.#records.record(child.pid);
    const container = new Container(child);
    this.#running.add(container);
    void container.exited.then(() => {
      this.#running.delete(container);
      if (child.pid !== undefined) this.#records.forget(child.pid);
    });
    return container;
  }

  /** Ends every container, and lets no more start. */
  async close(graceMs: number): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#running].map((container) => container.end(graceMs)));
  }
}

export class Container {
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The first line the process wrote to file descriptor 3; `undefined` where it wrote none. */
  readonly report: Promise<string | undefined>;
  readonly exited: Promise<Exit>;
  /** Unset once it has gone: its number may soon be another's. */
  #group: number | undefined;

  constructor(child: ChildProcess) {
    this.#group = child.pid;
    this.exited = new Promise((resolve) => {
      child.once('error', (error) => resolve({ code: 127, error: error.message }));
      child.once('exit', (code, signal) => {
        // As a container ends with its first process, whatever else runs in it.
        this.#signal('SIGKILL');
        this.#group = undefined;
        const timer = setTimeout(() => {
          for (const stream of child.stdio) stream?.destroy();
        }, OUTPUT_GRACE_MS);
        child.once('close', () => clearTimeout(timer));
        resolve({ code: code ?? 128 + (SIGNALS[signal ?? 'SIGKILL'] ?? 0) });
      });
    });
    const [, stdout, stderr, report] = child.stdio;
    if (!stdout || !stderr || !report) throw new Error('no pipes for the output of a process; too many files are open');
    this.stdout = stdout as Readable;
    this.stderr = stderr as Readable;
    this.report = firstLine(report as Readable);
  }

  /** SIGTERM, and SIGKILL after `graceMs`; resolves when the process has gone. */
  async end(graceMs: number): Promise<Exit> {
    this.#signal('SIGTERM');
    const timer = setTimeout(() => this.#signal('SIGKILL'), graceMs);
    const exit = await this.exited;
    clearTimeout(timer);
    return exit;
  }

  #signal(name: NodeJS.Signals): void {
    if (this.#group === undefined) return;
    try {
      process.kill(-this.#group, name);
    } catch {
      // The group has gone.
    }
  }
}

async function firstLine(stream: Readable): Promise<string | undefined> {
  let text = '';
  try {
    for await (const chunk of stream) {
      text += chunk;
      if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
    }
  } catch {
    // A pipe that breaks off reported nothing.
  }
  return undefined;
}
