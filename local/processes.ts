/**
 * Processes that must not outlive the region. Each one started is recorded on disk, so that whoever comes after a crash
 * can end what it left.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** A pid alone does not name a process, as pids are used again: the moment it started makes it unique. */
export interface ProcessIdentity {
  readonly pid: number;
  /** As the system has it: clock ticks since boot on Linux, a date elsewhere. */
  readonly startedAt: string;
}

const POLL_MS = 25;
const MARK = 'TEMPER_STARTED_BY';

/** The process that has this pid now; `undefined` where none runs (one that has ended but was not reaped does not run). */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = process.platform === 'linux' ? startFromProc(pid) : startFromPs(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** The process this code runs in. */
export function ownIdentity(): ProcessIdentity {
  return identify(process.pid) ?? { pid: process.pid, startedAt: 'unknown' };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identify(identity.pid)?.startedAt === identity.startedAt;
}

/** Waits until the process has gone; false where it still runs after `timeoutMs`. */
export async function waitUntilGone(identity: ProcessIdentity, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  while (isRunning(identity)) {
    if (Date.now() > deadline) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/**
 * Ends a process, with its process group where it leads one: SIGTERM, and SIGKILL after `graceMs`. Returns when it has
 * gone; does nothing where it has gone already.
 */
export async function endProcess(identity: ProcessIdentity, graceMs = 5_000): Promise<void> {
  if (!isRunning(identity)) return;
  signal(identity, 'SIGTERM');
  if (!(await waitUntilGone(identity, graceMs))) {
    signal(identity, 'SIGKILL');
    await waitUntilGone(identity, 5_000);
  }
  // What it started may have ignored the signal; a group's number is not used again while the group has members.
  signalGroup(identity.pid, 'SIGKILL');
}

function signal(identity: ProcessIdentity, name: NodeJS.Signals): void {
  if (signalGroup(identity.pid, name)) return;
  try {
    process.kill(identity.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** False where `pid` leads no group, or one that has no living member. */
function signalGroup(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(-pid, name);
  } catch {
    return false;
  }
}

/** Children of this process. One that ends without stopping them, as a test run does on Ctrl-C, takes them along. */
const children = new Set<number>();
process.on('exit', () => {
  for (const pid of children) signalGroup(pid, 'SIGTERM');
});

/** A directory with one file for each child that runs. Several processes may write to it. */
export class ProcessRecords {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = resolve(directory);
  }

  /** Variables for the children to record here: what they leave when they have gone is known by them. */
  get mark(): Readonly<Record<string, string>> {
    return { [MARK]: this.#directory };
  }

  /** Call right after spawning. Does nothing where the process has already ended. */
  record(pid: number): void {
    const identity = identify(pid);
    if (!identity) return;
    children.add(pid);
    mkdirSync(this.#directory, { recursive: true });
    writeFileSync(this.#file(pid), JSON.stringify(identity));
  }

  /** Call once the process has exited. */
  forget(pid: number): void {
    children.delete(pid);
    rmSync(this.#file(pid), { force: true });
  }

  /**
   * Ends every recorded process that still runs, and returns the pids of those it ended. Of one that has gone by itself,
   * ends what it left in its group where that carries the {@link mark}: the number may be another's by now.
   */
  async endAll(graceMs?: number): Promise<number[]> {
    const ended = await Promise.all(
      this.#read().map(async (identity) => {
        const running = isRunning(identity);
        if (running) await endProcess(identity, graceMs);
        else if (groupCarries(identity.pid, `${MARK}=${this.#directory}`)) signalGroup(identity.pid, 'SIGKILL');
        this.forget(identity.pid);
        return running ? [identity.pid] : [];
      }),
    );
    return ended.flat();
  }

  #read(): ProcessIdentity[] {
    try {
      return readdirSync(this.#directory).flatMap((name) => readIdentity(join(this.#directory, name)) ?? []);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }

  #file(pid: number): string {
    return join(this.#directory, `${pid}.json`);
  }
}

/** Reads an identity from a JSON file; `undefined` where the file is missing or was cut short by a crash. */
export function readIdentity(file: string): ProcessIdentity | undefined {
  try {
    const { pid, startedAt } = JSON.parse(readFileSync(file, 'utf8'));
    return typeof pid === 'number' && typeof startedAt === 'string' ? { pid, startedAt } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether every member of a group was started with this variable; false where the system does not tell. */
function groupCarries(group: number, variable: string): boolean {
  try {
    const members = readdirSync('/proc').filter((pid) => {
      const [state, , itsGroup] = (/^\d+$/.test(pid) && statOf(pid)) || [];
      return itsGroup === String(group) && state !== 'Z';
    });
    const environments = members.map((pid) => readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0'));
    return environments.length > 0 && environments.every((environment) => environment.includes(variable));
  } catch {
    return false;
  }
}

/** State, parent, group and so on of a process, as proc(5) has them from the third field on. */
function statOf(pid: number | string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in parentheses, which may itself hold spaces and parentheses.
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function startFromProc(pid: number): string | undefined {
  const fields = statOf(pid);
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  return state === 'Z' || state === 'X' ? undefined : startTicks;
}

function startFromPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    const [state = '', ...start] = line.split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : start.join(' ');
  } catch {
    return undefined;
  }
}
