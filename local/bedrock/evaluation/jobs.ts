/** Evaluation jobs: CreateEvaluationJob and what follows. */
import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Json } from '../../aws/model.ts';
import type { Operations } from '../../aws/operations.ts';
import { AwsError } from '../../aws/protocol.ts';
import { joinS3, parseS3Uri } from '../../aws/s3.ts';
import type { Context, Service } from '../context.ts';
import { type Job, JobFailure, Jobs, newJob, OVER, type Run, reading } from '../jobs.ts';
import { page } from '../listing.ts';
import { madeBy } from '../requests.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { passes } from '../work.ts';
import { readDataset } from './dataset.ts';
import { type Ask, evaluate } from './evaluate.ts';
import { type Evaluation, readEvaluation, type Task } from './request.ts';

interface EvaluationJob extends Job {
  readonly evaluation: Evaluation;
  readonly outputUri: string;
  /** Of its output files: the same where it is done again after a restart. */
  readonly fileId: string;
  /** Members of the request that the answers repeat. */
  readonly told: Json;
}

export class EvaluationJobs implements Service {
  readonly #context: Context;
  readonly #runtime: Runtime;
  readonly #jobs: Jobs<EvaluationJob>;

  constructor(context: Context, runtime: Runtime) {
    this.#context = context;
    this.#runtime = runtime;
    this.#jobs = new Jobs(context, 'evaluation-jobs', (job, run) => this.#run(job, run));
  }

  get resources() {
    return this.#jobs.resources;
  }

  readonly operations: Operations = {
    CreateEvaluationJob: (request, fault) => {
      const made = madeBy(request);
      const name = String(request.jobName);
      const before = this.resources.madeBefore(name, made);
      if (before) return { jobArn: before.arn };
      const evaluation = readEvaluation(request);
      for (const model of modelsOf(evaluation)) this.#runtime.check(model);
      const { jobDescription, roleArn, customerEncryptionKeyId, applicationType, evaluationConfig } = request;
      const { inferenceConfig, outputDataConfig } = request;
      const job: EvaluationJob = {
        ...newJob(this.#context, 'evaluation-job', 'InProgress', { request, made, fault }),
        evaluation,
        outputUri: String((outputDataConfig as Json).s3Uri),
        fileId: randomUUID(),
        told: {
          jobDescription,
          roleArn,
          customerEncryptionKeyId,
          applicationType: applicationType ?? 'ModelEvaluation',
          evaluationConfig,
          inferenceConfig,
          outputDataConfig,
        },
      };
      this.#jobs.start(job);
      return { jobArn: job.arn };
    },
    GetEvaluationJob: ({ jobIdentifier }) => described(this.resources.get(jobIdentifier)),
    ListEvaluationJobs: (request) =>
      page(
        'jobSummaries',
        this.resources
          .values()
          .filter(({ told }) => (request.applicationTypeEquals ?? told.applicationType) === told.applicationType),
        ({ name, status, created }) => ({ name, status, created }),
        request,
        summarised,
      ),
    StopEvaluationJob: ({ jobIdentifier }) => {
      this.#jobs.stop(this.resources.get(jobIdentifier));
      return {};
    },
    BatchDeleteEvaluationJob: ({ jobIdentifiers }) => this.#delete((jobIdentifiers as unknown[]).map(String)),
  };

  resume(): void {
    this.#jobs.resume();
  }

  close(): Promise<void> {
    return this.#jobs.close();
  }

  #delete(identifiers: readonly string[]): Json {
    const [errors, evaluationJobs]: [Json[], Json[]] = [[], []];
    for (const jobIdentifier of identifiers) {
      const job = this.resources.find(jobIdentifier);
      if (!job)
        errors.push({
          jobIdentifier,
          code: 'ResourceNotFoundException',
          message: 'Could not find the evaluation job.',
        });
      else if (!OVER.has(job.status))
        errors.push({
          jobIdentifier,
          code: 'ConflictException',
          message: `The evaluation job is in status ${job.status}.`,
        });
      else {
        this.resources.delete(job);
        evaluationJobs.push({ jobIdentifier, jobStatus: 'Deleting' });
      }
    }
    return { errors, evaluationJobs };
  }

  async #run(job: EvaluationJob, { signal, to }: Run): Promise<string> {
    await to('InProgress');
    if (job.fault.jobFails !== undefined) throw new JobFailure(job.fault.jobFails);
    for (const task of job.evaluation.tasks) {
      const lines: string[] = [];
      for (const prompt of await reading(task.uri, signal, () => readDataset(this.#context.s3, task.uri, signal))) {
        lines.push(`${JSON.stringify(await evaluate(this.#ask, job.evaluation, task, prompt))}\n`);
        await breathe();
        signal.throwIfAborted();
      }
      await this.#context.s3.put(parseS3Uri(outputOf(job, task)), () => Readable.from(lines));
    }
    return 'Completed';
  }

  /** Waits for an imported model to be ready. */
  readonly #ask: Ask = async (modelIdentifier, prompt, parameters = {}) => {
    const messages = [{ role: 'user', content: [{ text: prompt }] }];
    for (;;) {
      try {
        const { answer } = await this.#runtime.converse(modelIdentifier, { ...parameters, messages });
        return { response: answer.text, modelIdentifier, stopReason: answer.stopReason };
      } catch (error) {
        if (!(error instanceof AwsError) || error.code !== 'ModelNotReadyException') throw error;
        await passes(this.#context);
      }
    }
  };
}

function modelsOf({ source, judge, customJudge }: Evaluation): string[] {
  return ['modelId' in source ? source.modelId : undefined, judge, customJudge].filter((model) => model !== undefined);
}

/** Where AWS writes the results of a data set. */
function outputOf(
  { outputUri, name, id, fileId, evaluation: { source } }: EvaluationJob,
  { taskType, dataset }: Task,
): string {
  const model = 'modelId' in source ? source.modelId.split('/').at(-1) : source.precomputed;
  const path = ['models', model ?? '', 'taskTypes', taskType, 'datasets', dataset];
  return joinS3(outputUri, name, id, ...path, `${fileId}_output.jsonl`);
}

function described({ arn, name, status, created, modified, failure, told }: EvaluationJob): Json {
  return {
    ...told,
    jobArn: arn,
    jobName: name,
    jobType: 'Automated',
    status,
    creationTime: created,
    lastModifiedTime: modified,
    failureMessages: failure === undefined ? undefined : [failure],
  };
}

function summarised(job: EvaluationJob): Json {
  const { tasks, source, judge, customJudge } = job.evaluation;
  const modelIdentifiers = 'modelId' in source ? [source.modelId] : [];
  const precomputed = 'precomputed' in source ? [source.precomputed] : [];
  return {
    ...described(job),
    evaluationTaskTypes: [...new Set(tasks.map(({ taskType }) => taskType))],
    modelIdentifiers,
    evaluatorModelIdentifiers: judge === undefined ? [] : [judge],
    customMetricsEvaluatorModelIdentifiers: customJudge === undefined ? [] : [customJudge],
    inferenceConfigSummary: {
      modelConfigSummary: {
        bedrockModelIdentifiers: modelIdentifiers,
        precomputedInferenceSourceIdentifiers: precomputed,
      },
    },
  };
}
