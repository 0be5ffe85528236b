/** What jobs and endpoints run on: processes of this machine, unless whoever starts the server brings something else. */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Context } from './context.ts';
import { Fleet, type FleetOptions } from './fleet.ts';
import type { TrainingJob } from './training/job.ts';
import { TrainingRun } from './training/run.ts';
import type { TransformJob } from './transform/job.ts';
import { TransformRun } from './transform/run.ts';

export interface JobRun {
  /**
   * Does the job: brings its record from status to status, and saves it at each. Resolves when the job is over, or is to
   * be run again as the region shuts down; never rejects.
   */
  run(): Promise<void>;
  /** Has the job stopped; {@link run} resolves when it is. */
  stop(): void;
}

/** What a model answers to a request. */
export type ModelAnswer = Readable & Pick<IncomingMessage, 'statusCode' | 'headers'>;

/** What answers for an endpoint; {@link Fleet} has the meaning of each. */
export interface Servers {
  start(): Promise<void>;
  restore(): void;
  choose(wanted: string | undefined): ServingVariant | undefined;
  during<T>(work: () => Promise<T>): Promise<T>;
  end(): Promise<void>;
}

export interface ServingVariant {
  readonly name: string;
  invoke(body: Readable, headers: Record<string, string>): Promise<ModelAnswer>;
}

export interface Machines {
  /** `save` is to be called after each change of the record. */
  training(job: TrainingJob, context: Context, save: () => void): JobRun;
  transform(job: TransformJob, context: Context, save: () => void): JobRun;
  servers(context: Context, options: FleetOptions): Servers;
}

export const PROCESSES: Machines = {
  training: (job, context, save) => new TrainingRun(job, context, save),
  transform: (job, context, save) => new TransformRun(job, context, save),
  servers: (context, options) => new Fleet(context, options),
};
