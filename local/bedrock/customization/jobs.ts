import type { ResourceFault } from '../../aws/faults.ts';
import type { Json } from '../../aws/model.ts';
import type { Operations } from '../../aws/operations.ts';
import { AwsError, validationError } from '../../aws/protocol.ts';
import { arnOf, foundationModelArn, newId } from '../arns.ts';
import type { Context, Service } from '../context.ts';
import type { CustomModels } from '../custom-models.ts';
import { page } from '../listing.ts';
import { withinQuota } from '../quotas.ts';
import { madeBy } from '../requests.ts';
import { Resources } from '../resources.ts';
import { Work } from '../work.ts';
import { checkRequest } from './checks.ts';
import { type CustomizationJob, described, enter, isOver, type JobRequest, notStarted } from './job.ts';
import { CustomizationRun } from './run.ts';

/** The customization jobs of the region. They cannot be deleted, and keep their names. */
export class CustomizationJobs implements Service {
  readonly resources: Resources<CustomizationJob>;
  readonly #context: Context;
  readonly #models: CustomModels;
  readonly #runs = new Map<string, CustomizationRun>();
  readonly #work = new Work();

  constructor(context: Context, models: CustomModels) {
    this.#context = context;
    this.#models = models;
    this.resources = new Resources(context, 'job');
    // What is customized further has to be there when its job comes to it.
    models.guard(
      (modelArn) => this.resources.values().find((job) => !isOver(job) && job.customizedArn === modelArn)?.arn,
    );
  }

  readonly operations: Operations = {
    CreateModelCustomizationJob: (request, fault) => this.#create(request as JobRequest, fault),
    GetModelCustomizationJob: ({ jobIdentifier }) => described(this.resources.get(jobIdentifier)),
    ListModelCustomizationJobs: (request) =>
      page('modelCustomizationJobSummaries', this.resources.values(), listed, request, (job) => ({
        ...described(job),
        customModelArn: job.outputModelArn,
        customModelName: job.given.customModelName,
      })),
    StopModelCustomizationJob: ({ jobIdentifier }) => this.#stop(jobIdentifier),
  };

  /** Runs what a former process of the region left. */
  resume(): void {
    for (const job of this.resources.values()) if (!isOver(job)) this.#start(job);
  }

  close(): Promise<void> {
    return this.#work.close();
  }

  async #create(request: JobRequest, fault: ResourceFault): Promise<Json> {
    const made = madeBy(request);
    const known = this.resources.madeBefore(request.jobName, made);
    if (known) return { jobArn: known.arn };
    const { model, customization, arn: customizedArn } = await checkRequest(request, this.#context, this.#models);
    // Others may have come while S3 was asked.
    const meanwhile = this.resources.madeBefore(request.jobName, made);
    if (meanwhile) return { jobArn: meanwhile.arn };
    const running = this.resources.values().filter((job) => !isOver(job));
    const { customModelName } = request;
    if (
      this.#models.resources.find(customModelName) ||
      running.some(({ given }) => given.customModelName === customModelName)
    )
      throw validationError('The provided model name is currently in use.');
    withinQuota('concurrent model customization jobs', running.length + 1, this.#context.quotas.customizationJobs);
    const id = newId();
    const job: CustomizationJob = {
      id,
      arn: arnOf(this.#context, 'model-customization-job', `${model.customizedAs}/${id}`),
      name: request.jobName,
      tags: request.jobTags ?? [],
      request: made,
      given: request,
      customization,
      foundationModelId: model.id,
      customizedArn,
      baseModelArn: foundationModelArn(this.#context, model.customizedAs),
      modelId: newId(),
      status: 'InProgress',
      statusDetails: notStarted(),
      creationTime: made.at,
      lastModifiedTime: made.at,
      fault,
    };
    this.resources.save(job);
    this.#start(job);
    return { jobArn: job.arn };
  }

  #start(job: CustomizationJob): void {
    const run = new CustomizationRun(job, this.#context, this.#models, () => this.resources.save(job));
    this.#runs.set(job.id, run);
    this.#work.start(this.#context, () => run.run().finally(() => this.#runs.delete(job.id)));
  }

  #stop(identifier: unknown): Json {
    const job = this.resources.get(identifier);
    if (job.status !== 'InProgress')
      throw new AwsError(
        'ConflictException',
        `The job ${job.arn} is in status ${job.status}. Only a job in status InProgress can be stopped.`,
      );
    enter(job, 'Stopping');
    this.resources.save(job);
    this.#runs.get(job.id)?.stop();
    return {};
  }
}

const listed = ({ name, status, creationTime }: CustomizationJob) => ({ name, status, created: creationTime });
