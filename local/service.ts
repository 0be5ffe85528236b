/** A child process that stays up: started, seen to answer, restarted when it dies, and stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastLines } from './log.ts';
import { endProcess, identify, type ProcessIdentity, type ProcessRecords } from './processes.ts';

export interface ServiceOptions {
  /** For people, as in `Temporal`. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  /** Takes the child's stdout and stderr. */
  readonly logFile: string;
  readonly records: ProcessRecords;
  /** Rejects as long as the service does not answer; asked again and again until then, after each start. */
  readonly ready: () => Promise<unknown>;
  /** Told when the service dies, is back, or is given up. */
  readonly onEvent: (line: string) => void;
}

const PORT_TAKEN = /address already in use|EADDRINUSE/i;
const START_TIMEOUT_MS = 60_000;
const PROBE_INTERVAL_MS = 40;
const STOP_GRACE_MS = 10_000;
/** A service that dies more often than this within the window will not be better the next time. */
const MAX_DEATHS = 5;
const DEATHS_WINDOW_MS = 60_000;

export class Service {
  readonly #options: ServiceOptions;
  #identity: ProcessIdentity | undefined;
  #stopping = false;
  #deaths: number[] = [];

  private constructor(options: ServiceOptions) {
    this.#options = options;
  }

  /**
   * Resolves when the service answers. Rejects with the end of its log where it dies or stays silent for a minute; the
   * error's code is EADDRINUSE where a port of its own was taken.
   */
  static async start(options: ServiceOptions): Promise<Service> {
    const service = new Service(options);
    await service.#launch();
    return service;
  }

  /** Ends the child, and returns when it has gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    if (this.#identity) await endProcess(this.#identity, STOP_GRACE_MS);
  }

  async #launch(): Promise<void> {
    const { name, logFile, records } = this.#options;
    const logged = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
    const child = this.#spawn();
    const exited = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('exit', (code, signal) => resolve(signal ? `killed by ${signal}` : `exit code ${code}`));
    });
    const { pid } = child;
    if (pid !== undefined) {
      records.record(pid);
      this.#identity = identify(pid);
    }
    const up = new AbortController();
    try {
      await Promise.race([this.#answers(up.signal), exited.then((how) => Promise.reject(new Error(how)))]);
    } catch (error) {
      if (this.#identity) await endProcess(this.#identity, 0);
      if (pid !== undefined) records.forget(pid);
      const said = lastLines(logFile, 15);
      const message = `${name} did not start: ${(error as Error).message}; its log, ${logFile}, ends with:\n${said}`;
      // The end alone may not tell: a panic's stack is long.
      const portTaken = PORT_TAKEN.test(readFileSync(logFile).subarray(logged).toString());
      throw Object.assign(new Error(message), portTaken && { code: 'EADDRINUSE' });
    } finally {
      up.abort();
    }
    void exited.then((how) => {
      if (pid !== undefined) records.forget(pid);
      if (!this.#stopping) return this.#restart(how);
    });
  }

  #spawn(): ChildProcess {
    const { command, args, env, logFile, records } = this.#options;
    mkdirSync(dirname(logFile), { recursive: true });
    const log = openSync(logFile, 'a');
    try {
      // A group of its own: Ctrl-C in the terminal is for whoever runs the region, who then stops this in order.
      return spawn(command, args, {
        env: { ...env, ...records.mark },
        stdio: ['ignore', log, log],
        detached: true,
      });
    } finally {
      closeSync(log);
    }
  }

  async #answers(signal: AbortSignal): Promise<void> {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (;;) {
      try {
        await this.#options.ready();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (Date.now() > deadline) {
          throw new Error(`no answer within ${START_TIMEOUT_MS / 1000} s (${(error as Error).message})`);
        }
      }
      await sleep(PROBE_INTERVAL_MS);
    }
  }

  async #restart(how: string): Promise<void> {
    const { name, onEvent } = this.#options;
    for (let reason = how; !this.#stopping; ) {
      const now = Date.now();
      this.#deaths = [...this.#deaths.filter((at) => at > now - DEATHS_WINDOW_MS), now];
      if (this.#deaths.length > MAX_DEATHS) {
        onEvent(`${name} died ${this.#deaths.length} times within a minute and stays down: ${reason}`);
        return;
      }
      onEvent(`${name} died (${reason}) and is started again`);
      try {
        await this.#launch();
        onEvent(`${name} is back`);
        return;
      } catch (error) {
        reason = (error as Error).message;
      }
    }
  }
}
