/**
 * Runs end with the workflow code that they began with. Where no worker has it any more, as after a restart with changed
 * code, those whose histories this worker's code replays go on with it; the others are told of, and wait for theirs.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import { GRPC_STATUS } from '../../activities/grpc-status.ts';
import type { Output } from '../output.ts';
import type { Temporal } from '../temporal.ts';
import { isNotFound } from '../temporal-errors.ts';
import type { VersionedBundle } from './bundle.ts';
import { answers, movedTo, type Pinned, pinned, readVersioning } from './versions.ts';

const LOOK_EVERY_MS = 60_000;
/** Temporal lets a run move to a version once it has noted that it is polled for. */
const NOTED_MS = 10_000;
const RETRY_MS = 200;

const { INVALID_ARGUMENT, FAILED_PRECONDITION } = GRPC_STATUS;

export class Adoption {
  readonly #temporal: Temporal;
  readonly #mine: VersionedBundle;
  readonly #output: Output;
  /** Run ids of those that are tried, of which a log says what is told here. */
  readonly #tried = new Set<string>();
  /** Run ids of those that this code does not replay: they are tried and told of once. */
  readonly #left = new Set<string>();
  /** Versions whose workers are there, which are told of once. */
  readonly #served = new Set<string>();
  #lastProblem = '';

  constructor(temporal: Temporal, mine: VersionedBundle, output: Output) {
    this.#temporal = temporal;
    this.#mine = mine;
    this.#output = output;
  }

  /** Looks now and every minute, as other machines may go on with the older code for a while. */
  async until(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.#look(signal);
      } catch (error) {
        this.#tellProblem(error);
      }
      await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    }
  }

  /** Whether what is logged of the run is that it does not replay. */
  hasTried(runId: string): boolean {
    return this.#tried.has(runId);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const versions = await this.#strays();
    if (versions.size === 0) return;
    const versioning = await readVersioning(this.#temporal);
    // Of two versions that run, the newer one takes runs in, or they would go back and forth.
    if (!versioning.supported || versioning.current !== this.#mine.buildId) return;
    for (const [version, runs] of versions) {
      if (signal.aborted) return;
      if (await answers(this.#temporal, runs)) this.#tellServed(version, runs);
      else await this.#adopt(version, runs, signal);
    }
  }

  /** What is under way of other versions, by their build ids. */
  async #strays(): Promise<Map<string, Pinned[]>> {
    const versions = new Map<string, Pinned[]>();
    for await (const run of pinned(this.#temporal, { except: this.#mine.buildId })) {
      if (this.#left.has(run.runId)) continue;
      const runs = versions.get(run.version) ?? [];
      versions.set(run.version, runs);
      runs.push(run);
    }
    return versions;
  }

  async #adopt(version: string, runs: readonly Pinned[], signal: AbortSignal): Promise<void> {
    const adopted: string[] = [];
    const left: string[] = [];
    const byId = new Map(runs.map((run) => [run.workflowId, run]));
    const { workflowBundle } = this.#mine;
    try {
      for await (const { workflowId, error } of Worker.runReplayHistories(
        { workflowBundle },
        this.#read(runs, signal),
      )) {
        const run = byId.get(workflowId);
        if (!run) continue;
        if (error) {
          this.#left.add(run.runId);
          left.push(workflowId);
        } else {
          this.#tried.delete(run.runId);
          if (await this.#move(run)) adopted.push(workflowId);
        }
      }
    } finally {
      this.#tell(version, adopted, left);
    }
  }

  /** One history at a time; a run that ended meanwhile has no need of it. */
  async *#read(runs: readonly Pinned[], signal: AbortSignal) {
    for (const { workflowId, runId } of runs) {
      if (signal.aborted) return;
      this.#tried.add(runId);
      try {
        yield { workflowId, history: await this.#temporal.client.workflow.getHandle(workflowId, runId).fetchHistory() };
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    }
  }

  /** False where the run has ended. */
  async #move({ workflowId, runId }: Pinned): Promise<boolean> {
    const { client } = this.#temporal;
    const deadline = Date.now() + NOTED_MS;
    let once = true;
    for (;;) {
      try {
        await client.workflowService.updateWorkflowExecutionOptions({
          namespace: client.options.namespace,
          identity: client.options.identity,
          workflowExecution: { workflowId, runId },
          workflowExecutionOptions: { versioningOverride: movedTo(this.#mine.buildId, once) },
          updateMask: { paths: ['versioning_override'] },
        });
        return true;
      } catch (error) {
        if (isNotFound(error)) return false;
        const code = isGrpcServiceError(error) ? error.code : undefined;
        if (code === INVALID_ARGUMENT && once) once = false;
        else if (code === FAILED_PRECONDITION && Date.now() < deadline) await sleep(RETRY_MS);
        else throw error;
      }
    }
  }

  #tellServed(version: string, runs: readonly Pinned[]): void {
    if (this.#served.has(version)) return;
    this.#served.add(version);
    this.#output.note({
      code: 'worker.beside',
      text: `${counted(runs)} of version ${version} ${runs.length === 1 ? 'goes' : 'go'} on with the workers that have it`,
      data: { version, runs: runs.length },
    });
  }

  #tell(version: string, adopted: readonly string[], left: readonly string[]): void {
    if (adopted.length > 0) {
      this.#output.note({
        code: 'worker.adopted',
        text: `no worker has version ${version} any more; ${counted(adopted)} of it, which this code replays, ${adopted.length === 1 ? 'goes' : 'go'} on with it: ${named(adopted)}`,
        data: { version, runs: adopted },
      });
    }
    if (left.length > 0) {
      this.#output.note({
        code: 'worker.left',
        text: `no worker has version ${version} any more, and ${counted(left)} of it cannot go on with this code: ${named(left)}; start that build beside this one with: temper worker --drain`,
        data: { version, runs: left },
      });
    }
  }

  /** Once, and not each minute. */
  #tellProblem(error: unknown): void {
    const text = `could not look after runs of other versions: ${error instanceof Error ? error.message : error}`;
    if (text === this.#lastProblem) return;
    this.#lastProblem = text;
    this.#output.note({ code: 'worker.adoption-failed', text });
  }
}

const NAMED = 5;

const counted = (runs: readonly unknown[]): string => (runs.length === 1 ? '1 run' : `${runs.length} runs`);

const named = (runs: readonly string[]): string =>
  [...runs.slice(0, NAMED), ...(runs.length > NAMED ? [`and ${runs.length - NAMED} more`] : [])].join(', ');
