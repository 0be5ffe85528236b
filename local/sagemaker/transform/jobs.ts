import { join } from 'node:path';
import type { ResourceFault } from '../../aws/faults.ts';
import type { Json } from '../../aws/model.ts';
import { now, type Operations } from '../../aws/operations.ts';
import { AwsError, validationError } from '../../aws/protocol.ts';
import { Collection } from '../../aws/store.ts';
import { arnOf, type Context } from '../context.ts';
import { page } from '../listing.ts';
import type { JobRun } from '../machines.ts';
import type { Models } from '../models.ts';
import { type TagHolder, tagHolder } from '../tags.ts';
import { noObjects } from '../training/checks.ts';
import { DEFAULT_MAX_PAYLOAD_MB, type TransformJob, type TransformJobRequest } from './job.ts';

/** The batch transform jobs of the region. */
export class TransformJobs {
  readonly tags: TagHolder;
  readonly #context: Context;
  readonly #models: Models;
  readonly #jobs: Collection<TransformJob>;
  readonly #runs = new Map<string, { readonly run: JobRun; readonly over: Promise<void> }>();

  constructor(context: Context, models: Models) {
    this.#context = context;
    this.#models = models;
    this.#jobs = new Collection(join(context.home, 'state', 'transform-jobs'));
    this.tags = tagHolder(
      this.#jobs,
      (job) => job.TransformJobArn,
      (job) => job.TransformJobName,
    );
  }

  readonly operations: Operations = {
    CreateTransformJob: (request, fault) => this.#create(request as unknown as TransformJobRequest, fault),
    DescribeTransformJob: ({ TransformJobName }) => ({ ...this.#find(String(TransformJobName)) }),
    ListTransformJobs: (request) =>
      page(this.#jobs.values(), request, {
        list: 'TransformJobSummaries',
        name: 'TransformJobName',
        status: 'TransformJobStatus',
        defaultOrder: 'Descending',
      }),
    StopTransformJob: ({ TransformJobName }) => this.#stop(String(TransformJobName)),
  };

  /** Takes up the jobs that a former process of the region left. */
  resume(): void {
    for (const job of this.#jobs.values()) if (!isOver(job)) this.#start(job);
  }

  /** Resolves when nothing runs any more; call after the shutdown signal. */
  async close(): Promise<void> {
    await Promise.all([...this.#runs.values()].map(({ over }) => over));
  }

  async #create(request: TransformJobRequest, fault: ResourceFault): Promise<Json> {
    const TransformJobArn = arnOf(this.#context, 'transform-job', request.TransformJobName);
    this.#refuseExisting(request.TransformJobName, TransformJobArn);
    const model = this.#models.find(request.ModelName);
    const container = this.#models.container(request.ModelName);
    check(request);
    const uri = request.TransformInput.DataSource.S3DataSource.S3Uri;
    const role = String((model as unknown as Json).ExecutionRoleArn);
    if (!(await this.#context.s3.hasPrefix(uri))) throw noObjects(uri, role, this.#context.region);
    this.#refuseExisting(request.TransformJobName, TransformJobArn);
    const time = now();
    this.#start({
      ...request,
      TransformJobArn,
      CreationTime: time,
      LastModifiedTime: time,
      TransformJobStatus: 'InProgress',
      container,
      fault,
    });
    return { TransformJobArn };
  }

  #refuseExisting(name: string, arn: string): void {
    if (!this.#jobs.get(name)) return;
    throw new AwsError(
      'ResourceInUse',
      `Job name must be unique within an AWS account and region, and a transform job with this name already exists (${arn})`,
    );
  }

  #start(job: TransformJob): void {
    const save = () => this.#jobs.put(job.TransformJobName, job);
    save();
    const run = this.#context.machines.transform(job, this.#context, save);
    const over = run.run().finally(() => this.#runs.delete(job.TransformJobName));
    this.#runs.set(job.TransformJobName, { run, over });
  }

  #find(name: string): TransformJob {
    const job = this.#jobs.get(name);
    if (!job) throw validationError(`Could not find requested job with name: ${name}`);
    return job;
  }

  #stop(name: string): undefined {
    const job = this.#find(name);
    if (isOver(job)) {
      throw validationError(
        `The request was rejected because the transform job is in status ${job.TransformJobStatus}.`,
      );
    }
    job.TransformJobStatus = 'Stopping';
    job.LastModifiedTime = now();
    this.#jobs.put(name, job);
    this.#runs.get(job.TransformJobName)?.run.stop();
  }
}

function isOver(job: TransformJob): boolean {
  return job.TransformJobStatus !== 'InProgress' && job.TransformJobStatus !== 'Stopping';
}

/** Throws a ValidationException for what the laptop region does not do. */
function check(request: TransformJobRequest): void {
  const { TransformInput: input, TransformResources: resources, DataProcessing: processing } = request;
  const type = input.DataSource.S3DataSource.S3DataType;
  if (type !== 'S3Prefix')
    throw validationError(`TransformInput has S3DataType ${type}; the laptop region reads S3Prefix`);
  const split = input.SplitType ?? 'None';
  if (split !== 'None' && split !== 'Line')
    throw validationError(`TransformInput has SplitType ${split}; the laptop region splits by Line, or not at all`);
  if (resources.InstanceCount > 1)
    throw validationError(`The laptop region runs a job on one instance; InstanceCount is ${resources.InstanceCount}`);
  const payload = (request.MaxPayloadInMB ?? DEFAULT_MAX_PAYLOAD_MB) * (request.MaxConcurrentTransforms || 1);
  if (payload > 100)
    throw validationError(`MaxConcurrentTransforms * MaxPayloadInMB must not exceed 100 MB; it is ${payload}`);
  const joins = processing?.JoinSource !== undefined && processing.JoinSource !== 'None';
  if (processing?.InputFilter || processing?.OutputFilter || joins)
    throw validationError('The laptop region has no DataProcessing filters and joins');
}
