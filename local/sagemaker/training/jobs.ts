import { join } from 'node:path';
import type { ResourceFault } from '../../aws/faults.ts';
import type { Json } from '../../aws/model.ts';
import { now, type Operations } from '../../aws/operations.ts';
import { AwsError, validationError } from '../../aws/protocol.ts';
import { Collection } from '../../aws/store.ts';
import { arnOf, type Context } from '../context.ts';
import { page } from '../listing.ts';
import type { JobRun } from '../machines.ts';
import { type TagHolder, tagHolder } from '../tags.ts';
import { checkRequest, noObjects } from './checks.ts';
import { enter, isOver, type TrainingJob, type TrainingJobRequest } from './job.ts';

/** The training jobs of the region. */
export class TrainingJobs {
  readonly tags: TagHolder;
  readonly #context: Context;
  readonly #jobs: Collection<TrainingJob>;
  readonly #runs = new Map<string, { readonly run: JobRun; readonly over: Promise<void> }>();

  constructor(context: Context) {
    this.#context = context;
    this.#jobs = new Collection(join(context.home, 'state', 'training-jobs'));
    this.tags = tagHolder(
      this.#jobs,
      (job) => job.TrainingJobArn,
      (job) => job.TrainingJobName,
    );
  }

  readonly operations: Operations = {
    CreateTrainingJob: (request, fault) => this.#create(request as unknown as TrainingJobRequest, fault),
    DescribeTrainingJob: ({ TrainingJobName }) => ({ ...this.#find(String(TrainingJobName)) }),
    ListTrainingJobs: (request) =>
      page(this.#jobs.values(), request, {
        list: 'TrainingJobSummaries',
        name: 'TrainingJobName',
        status: 'TrainingJobStatus',
        defaultOrder: 'Ascending',
      }),
    StopTrainingJob: ({ TrainingJobName }) => this.#stop(String(TrainingJobName)),
    DeleteTrainingJob: ({ TrainingJobName }) => this.#delete(String(TrainingJobName)),
  };

  /** Takes up the jobs that a former process of the region left. */
  resume(): void {
    for (const job of this.#jobs.values()) {
      if (isOver(job)) continue;
      if (job.TrainingJobStatus === 'InProgress') enter(job, 'Restarting');
      this.#start(job);
    }
  }

  /** Resolves when nothing runs any more; call after the shutdown signal. */
  async close(): Promise<void> {
    await Promise.all([...this.#runs.values()].map(({ over }) => over));
  }

  async #create(request: TrainingJobRequest, fault: ResourceFault): Promise<Json> {
    const TrainingJobArn = arnOf(this.#context, 'training-job', request.TrainingJobName);
    this.#refuseExisting(request.TrainingJobName, TrainingJobArn);
    checkRequest(request);
    for (const channel of request.InputDataConfig ?? []) {
      const uri = channel.DataSource.S3DataSource?.S3Uri ?? '';
      if (!(await this.#context.s3.hasPrefix(uri))) throw noObjects(uri, request.RoleArn, this.#context.region);
    }
    this.#refuseExisting(request.TrainingJobName, TrainingJobArn);
    const time = now();
    const job: TrainingJob = {
      ...request,
      StoppingCondition: { MaxRuntimeInSeconds: 86_400, ...request.StoppingCondition },
      TrainingJobArn,
      CreationTime: time,
      LastModifiedTime: time,
      TrainingJobStatus: 'InProgress',
      SecondaryStatus: 'Starting',
      SecondaryStatusTransitions: [],
      fault,
    };
    enter(job, 'Starting');
    this.#start(job);
    return { TrainingJobArn };
  }

  #refuseExisting(name: string, arn: string): void {
    if (!this.#jobs.get(name)) return;
    throw new AwsError(
      'ResourceInUse',
      `Job name must be unique within an AWS account and region, and a training job with this name already exists (${arn})`,
    );
  }

  #start(job: TrainingJob): void {
    const save = () => this.#jobs.put(job.TrainingJobName, job);
    save();
    const run = this.#context.machines.training(job, this.#context, save);
    const over = run.run().finally(() => this.#runs.delete(job.TrainingJobName));
    this.#runs.set(job.TrainingJobName, { run, over });
  }

  #find(name: string): TrainingJob {
    const job = this.#jobs.get(name);
    if (!job) throw validationError('Requested resource not found.');
    return job;
  }

  #stop(name: string): undefined {
    const job = this.#find(name);
    if (isOver(job)) {
      throw validationError(`The request was rejected because the training job is in status ${job.TrainingJobStatus}.`);
    }
    if (job.TrainingJobStatus === 'Stopping') return;
    job.TrainingJobStatus = 'Stopping';
    enter(job, 'Stopping');
    this.#jobs.put(name, job);
    this.#runs.get(job.TrainingJobName)?.run.stop();
  }

  #delete(name: string): undefined {
    const job = this.#find(name);
    if (!isOver(job)) {
      throw new AwsError(
        'ResourceInUse',
        `The training job ${job.TrainingJobArn} is in status ${job.TrainingJobStatus} and cannot be deleted.`,
      );
    }
    this.#jobs.delete(name);
  }
}
