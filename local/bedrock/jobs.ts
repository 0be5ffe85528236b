/** What jobs are that read, answer and write, whatever of: batch inference, evaluation, import. */
import type { ResourceFault } from '../aws/faults.ts';
import type { Json } from '../aws/model.ts';
import { now } from '../aws/operations.ts';
import { AwsError } from '../aws/protocol.ts';
import { arnOf, type Kind, newId } from './arns.ts';
import type { Context, Tag } from './context.ts';
import { type MadeBy, type Resource, Resources } from './resources.ts';
import { passes, Work } from './work.ts';

export interface Job extends Resource {
  status: string;
  /** Seconds since 1970, as all times. */
  readonly created: number;
  modified: number;
  ended?: number;
  /** Why it failed, or did not do all. */
  failure?: string;
  readonly fault: ResourceFault;
}

/** What the record of a new job begins with, whatever kind it is of. */
export function newJob(
  context: Context,
  kind: Kind,
  status: string,
  { request, made, fault }: { readonly request: Json; readonly made: MadeBy; readonly fault: ResourceFault },
): Job {
  const id = newId();
  return {
    id,
    arn: arnOf(context, kind, id),
    name: String(request.jobName),
    tags: ((request.jobTags ?? request.tags) as readonly Tag[] | undefined) ?? [],
    request: made,
    status,
    created: made.at,
    modified: made.at,
    fault,
  };
}

/** The reason for which a job fails, as whoever started it reads it. */
export class JobFailure extends Error {
  override readonly name = 'JobFailure';
}

/** Reads something of S3; what keeps it from being read fails the job. */
export async function reading<T>(uri: string, signal: AbortSignal, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (signal.aborted || error instanceof JobFailure) throw error;
    throw new JobFailure(`${uri} could not be read: ${error instanceof Error ? error.message : error}`);
  }
}

/** AWS keeps this much of a reason. */
const MAX_REASON = 2048;

/** Statuses of jobs that are not over, in their order. */
const UNDER_WAY = ['Submitted', 'Validating', 'Scheduled', 'InProgress'];

/** Statuses that last. */
export const OVER = new Set(['Completed', 'PartiallyCompleted', 'Failed', 'Stopped', 'Expired']);

/** What a job's work is given: it says how far it is, and hears when it is to stop. */
export interface Run {
  /** Aborted by a stop and by the shutdown of the region. */
  readonly signal: AbortSignal;
  /** Goes to another status, once the present one was there long enough to be seen. */
  to(status: string): Promise<void>;
  /** Keeps what the work has changed of the job's record. */
  save(): void;
}

/** The jobs of one kind. They go on after a restart, from the beginning of their work. */
export class Jobs<T extends Job> {
  readonly resources: Resources<T>;
  readonly #context: Context;
  readonly #run: (job: T, run: Run) => Promise<string>;
  readonly #work = new Work();
  readonly #stops = new Map<string, AbortController>();

  /**
   * @param directory their records' own
   * @param run does a job; what it gives is the last status, and what it throws fails the job
   */
  constructor(context: Context, directory: string, run: (job: T, run: Run) => Promise<string>) {
    this.#context = context;
    this.#run = run;
    this.resources = new Resources(context, 'job', directory);
  }

  /** Keeps a new job, and starts it. */
  start(job: T): void {
    this.resources.save(job);
    this.#start(job);
  }

  /** Throws a ConflictException where the job is over. */
  stop(job: T): void {
    if (OVER.has(job.status))
      throw new AwsError('ConflictException', `The job ${job.arn} is in status ${job.status} and cannot be stopped.`);
    this.#to(job, 'Stopping');
    this.#stops.get(job.id)?.abort();
  }

  resume(): void {
    for (const job of this.resources.values()) {
      if (job.status === 'Stopping') this.#end(job, 'Stopped');
      else if (!OVER.has(job.status)) this.#start(job);
    }
  }

  close(): Promise<void> {
    return this.#work.close();
  }

  #start(job: T): void {
    const stop = new AbortController();
    this.#stops.set(job.id, stop);
    const signal = AbortSignal.any([this.#context.shutdown, stop.signal]);
    let delay = job.fault.slowStartSeconds ?? 0;
    const run: Run = {
      signal,
      to: async (status) => {
        await passes({ ...this.#context, shutdown: signal }, { slowStartSeconds: delay });
        delay = 0;
        // One that is run again after a restart does not go back.
        if (UNDER_WAY.indexOf(status) >= UNDER_WAY.indexOf(job.status)) this.#to(job, status);
      },
      save: () => this.resources.save(job),
    };
    this.#work.start(this.#context, async () => {
      try {
        const status = await this.#run(job, run);
        signal.throwIfAborted();
        this.#end(job, status);
      } catch (error) {
        if (this.#context.shutdown.aborted) throw error;
        if (stop.signal.aborted) {
          const { hold = [] } = job.fault;
          await passes(this.#context, { hold }, 'stopping');
          this.#end(job, 'Stopped');
        } else {
          job.failure = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON);
          this.#end(job, 'Failed');
        }
      } finally {
        this.#stops.delete(job.id);
      }
    });
  }

  #to(job: T, status: string): void {
    job.status = status;
    job.modified = now();
    this.resources.save(job);
  }

  #end(job: T, status: string): void {
    job.ended = now();
    this.#to(job, status);
  }
}
