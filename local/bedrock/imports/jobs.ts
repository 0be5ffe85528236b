/** Import of models: CreateModelImportJob and what follows. */
import type { Json } from '../../aws/model.ts';
import { now, type Operations } from '../../aws/operations.ts';
import { validationError } from '../../aws/protocol.ts';
import { arnOf, newId } from '../arns.ts';
import type { Context, Service, Tag } from '../context.ts';
import { type Job, JobFailure, Jobs, newJob, OVER, type Run, reading } from '../jobs.ts';
import { page } from '../listing.ts';
import { madeBy } from '../requests.ts';
import { readFiles } from './files.ts';
import type { ImportedModels } from './models.ts';

interface ImportJob extends Job {
  readonly importedModelName: string;
  readonly importedModelTags: readonly Tag[];
  /** Id of the model to be, so that a job that is run again makes the same. */
  readonly modelId: string;
  /** Members of the request that the answers repeat. */
  readonly told: Json;
  importedModelArn?: string;
}

export class ImportJobs implements Service {
  readonly #context: Context;
  readonly #models: ImportedModels;
  readonly #jobs: Jobs<ImportJob>;

  constructor(context: Context, models: ImportedModels) {
    this.#context = context;
    this.#models = models;
    this.#jobs = new Jobs(context, 'import-jobs', (job, run) => this.#run(job, run));
  }

  get resources() {
    return this.#jobs.resources;
  }

  readonly operations: Operations = {
    CreateModelImportJob: (request, fault) => {
      const made = madeBy(request);
      const name = String(request.jobName);
      const before = this.resources.madeBefore(name, made);
      if (before) return { jobArn: before.arn };
      const importedModelName = String(request.importedModelName);
      this.#refuseTaken(importedModelName);
      const { roleArn, modelDataSource, vpcConfig, importedModelKmsKeyId } = request;
      const job: ImportJob = {
        ...newJob(this.#context, 'model-import-job', 'InProgress', { request, made, fault }),
        importedModelName,
        modelId: newId(),
        importedModelTags: (request.importedModelTags as readonly Tag[] | undefined) ?? [],
        told: { roleArn, modelDataSource, vpcConfig, importedModelKmsKeyArn: importedModelKmsKeyId },
      };
      this.#jobs.start(job);
      return { jobArn: job.arn };
    },
    GetModelImportJob: ({ jobIdentifier }) => described(this.resources.get(jobIdentifier)),
    ListModelImportJobs: (request) =>
      page(
        'modelImportJobSummaries',
        this.resources.values(),
        ({ name, status, created }) => ({ name, status, created }),
        request,
        described,
      ),
  };

  resume(): void {
    this.#jobs.resume();
  }

  close(): Promise<void> {
    return this.#jobs.close();
  }

  #refuseTaken(modelName: string): void {
    const coming = this.resources.values().some((job) => job.importedModelName === modelName && !OVER.has(job.status));
    if (coming || this.#models.resources.find(modelName))
      throw validationError('The provided model name is currently in use.');
  }

  async #run(job: ImportJob, { signal, to }: Run): Promise<string> {
    await to('InProgress');
    if (job.fault.jobFails !== undefined) throw new JobFailure(job.fault.jobFails);
    const { modelDataSource, importedModelKmsKeyArn } = job.told;
    const uri = String((modelDataSource as { s3DataSource: Json }).s3DataSource.s3Uri);
    const { architecture, instructSupported, examples } = await reading(uri, signal, () =>
      readFiles(this.#context.s3, uri, signal),
    );
    const arn = arnOf(this.#context, 'imported-model', job.modelId);
    await this.#models.add(
      {
        id: job.modelId,
        arn,
        name: job.importedModelName,
        tags: job.importedModelTags,
        request: job.request,
        created: now(),
        architecture,
        instructSupported,
        learned: examples.length > 0,
        told: { jobName: job.name, jobArn: job.arn, modelDataSource, modelKmsKeyArn: importedModelKmsKeyArn },
      },
      examples,
      signal,
    );
    job.importedModelArn = arn;
    return 'Completed';
  }
}

function described(job: ImportJob): Json {
  const { arn, name, status, created, modified, ended, failure, importedModelName, importedModelArn, told } = job;
  return {
    ...told,
    jobArn: arn,
    jobName: name,
    importedModelName,
    importedModelArn,
    status,
    failureMessage: failure,
    creationTime: created,
    lastModifiedTime: modified,
    endTime: ended,
  };
}
