/** Locks between processes: a file that names its holder, which a holder that has died does not keep. */
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isRunning, ownIdentity, type ProcessIdentity, readIdentity } from './processes.ts';

const POLL_MS = 100;

export class Lock {
  readonly #file: string;

  private constructor(file: string) {
    this.#file = file;
  }

  /** Takes the lock if it is free, or else returns the process that holds it. */
  static tryAcquire(file: string): Lock | ProcessIdentity {
    mkdirSync(dirname(file), { recursive: true });
    const mine = `${file}.${process.pid}.${Math.random().toString(36).slice(2)}`;
    writeFileSync(mine, JSON.stringify(ownIdentity()));
    try {
      for (;;) {
        if (link(mine, file)) return new Lock(file);
        const holder = readIdentity(file);
        if (holder && isRunning(holder)) return holder;
        takeAway(file, holder);
      }
    } finally {
      rmSync(mine, { force: true });
    }
  }

  /** Waits for the lock as long as it takes: a holder that dies gives it up. */
  static async acquire(file: string): Promise<Lock> {
    for (;;) {
      const lock = Lock.tryAcquire(file);
      if (lock instanceof Lock) return lock;
      await sleep(POLL_MS);
    }
  }

  release(): void {
    rmSync(this.#file, { force: true });
  }
}

/** Unlike opening for writing, a link appears with its content, so nobody reads a holder that is half written. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Moves a dead holder's file away; puts it back where another process was quicker and this is its new lock. */
function takeAway(file: string, dead: ProcessIdentity | undefined): void {
  const aside = `${file}.stale.${process.pid}`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = readIdentity(aside);
  if (moved && (moved.pid !== dead?.pid || moved.startedAt !== dead.startedAt)) link(aside, file);
  rmSync(aside, { force: true });
}
