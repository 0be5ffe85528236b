/** Batch inference: CreateModelInvocationJob and what follows. */
import { Readable } from 'node:stream';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Json } from '../../aws/model.ts';
import type { Operations } from '../../aws/operations.ts';
import { AwsError } from '../../aws/protocol.ts';
import { joinS3, parseS3Uri } from '../../aws/s3.ts';
import { validate } from '../../aws/validation.ts';
import type { Context, Service } from '../context.ts';
import { type Job, JobFailure, Jobs, newJob, type Run, reading } from '../jobs.ts';
import { page } from '../listing.ts';
import { RUNTIME } from '../models.ts';
import { madeBy } from '../requests.ts';
import type { Invoked, Runtime } from '../runtime/runtime.ts';
import { type BatchRecord, type InputFile, readInput, shuffled } from './records.ts';

interface Counts {
  totalRecordCount: number;
  processedRecordCount: number;
  successRecordCount: number;
  errorRecordCount: number;
}

interface InvocationJob extends Job {
  readonly modelId: string;
  readonly modelInvocationType: string;
  /** Members of the request that the answers repeat. */
  readonly told: Json;
  readonly inputUri: string;
  readonly outputUri: string;
  readonly expires: number;
  counts: Counts;
}

const DEFAULT_TIMEOUT_HOURS = 24;
const NO_COUNTS: Counts = {
  totalRecordCount: 0,
  processedRecordCount: 0,
  successRecordCount: 0,
  errorRecordCount: 0,
};
/** Stands for the model where a record is held against AWS's model: a job's model has ARNs that a call's has not. */
const ANY = 'model';
/** Records answered before others get their turn. */
const AT_ONCE = 64;

export class InvocationJobs implements Service {
  readonly #context: Context;
  readonly #runtime: Runtime;
  readonly #jobs: Jobs<InvocationJob>;

  /** @param runtime also answers as custom models that nothing serves */
  constructor(context: Context, runtime: Runtime) {
    this.#context = context;
    this.#runtime = runtime;
    this.#jobs = new Jobs(context, 'invocation-jobs', (job, run) => this.#run(job, run));
  }

  get resources() {
    return this.#jobs.resources;
  }

  readonly operations: Operations = {
    CreateModelInvocationJob: (request, fault) => {
      const made = madeBy(request);
      const name = String(request.jobName);
      const before = this.resources.madeBefore(name, made);
      if (before) return { jobArn: before.arn };
      const modelId = String(request.modelId);
      this.#runtime.check(modelId);
      const { roleArn, inputDataConfig, outputDataConfig, vpcConfig, clientRequestToken } = request;
      const timeoutDurationInHours = Number(request.timeoutDurationInHours ?? DEFAULT_TIMEOUT_HOURS);
      const job: InvocationJob = {
        ...newJob(this.#context, 'model-invocation-job', 'Submitted', { request, made, fault }),
        expires: made.at + timeoutDurationInHours * 3600,
        modelId,
        modelInvocationType: String(request.modelInvocationType ?? 'InvokeModel'),
        inputUri: uriIn(inputDataConfig, 's3InputDataConfig'),
        outputUri: uriIn(outputDataConfig, 's3OutputDataConfig'),
        told: { roleArn, inputDataConfig, outputDataConfig, vpcConfig, clientRequestToken, timeoutDurationInHours },
        counts: NO_COUNTS,
      };
      this.#jobs.start(job);
      return { jobArn: job.arn };
    },
    GetModelInvocationJob: ({ jobIdentifier }) => described(this.#find(jobIdentifier)),
    ListModelInvocationJobs: (request) =>
      page(
        'invocationJobSummaries',
        this.resources.values(),
        ({ name, status, created }) => ({ name, status, created }),
        { ...request, creationTimeAfter: request.submitTimeAfter, creationTimeBefore: request.submitTimeBefore },
        described,
      ),
    StopModelInvocationJob: ({ jobIdentifier }) => {
      this.#jobs.stop(this.#find(jobIdentifier));
      return {};
    },
  };

  resume(): void {
    this.#jobs.resume();
  }

  close(): Promise<void> {
    return this.#jobs.close();
  }

  /** By its ARN or the id that this ends with; a name is none. */
  #find(identifier: unknown): InvocationJob {
    const found = this.resources.values().find(({ id, arn }) => identifier === id || identifier === arn);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `Could not find the job ${identifier}.`);
  }

  async #run(job: InvocationJob, { signal, to, save }: Run): Promise<string> {
    await to('Validating');
    const files = await reading(job.inputUri, signal, () => readInput(this.#context.s3, job.inputUri, signal));
    job.counts = { ...NO_COUNTS, totalRecordCount: files.reduce((sum, { records }) => sum + records.length, 0) };
    await to('Scheduled');
    if (job.fault.expires === 'scheduled') return 'Expired';
    await to('InProgress');
    if (job.fault.jobFails !== undefined) throw new JobFailure(job.fault.jobFails);
    const most = job.fault.expires === 'in-progress' ? Math.floor(job.counts.totalRecordCount / 2) : undefined;
    await this.#answer(job, files, { signal, save, most });
    return most === undefined ? 'Completed' : 'PartiallyCompleted';
  }

  /** Answers all records, or `most` of them, and writes what there is, also where it is stopped. */
  async #answer(
    job: InvocationJob,
    files: readonly InputFile[],
    { signal, save, most = Number.POSITIVE_INFINITY }: Pick<Run, 'signal' | 'save'> & { most: number | undefined },
  ): Promise<void> {
    const tokens = { inputTokenCount: 0, outputTokenCount: 0 };
    for (const { name, records } of files) {
      const lines: string[] = [];
      for (const [index, record] of shuffled(records).entries()) {
        if (job.counts.processedRecordCount >= most || signal.aborted) break;
        const { line, invoked } = await this.#answerOne(job, record);
        lines.push(line);
        job.counts.processedRecordCount += 1;
        job.counts[invoked ? 'successRecordCount' : 'errorRecordCount'] += 1;
        tokens.inputTokenCount += invoked?.answer.inputTokens ?? 0;
        tokens.outputTokenCount += invoked?.answer.outputTokens ?? 0;
        if (index % AT_ONCE === AT_ONCE - 1) {
          save();
          await breathe();
        }
      }
      await this.#write(job, `${name}.out`, lines);
    }
    save();
    await this.#write(job, 'manifest.json.out', [JSON.stringify({ ...job.counts, ...tokens })]);
  }

  async #answerOne(job: InvocationJob, record: BatchRecord): Promise<{ line: string; invoked?: Invoked }> {
    const { modelId, modelInvocationType } = job;
    try {
      if (modelInvocationType === 'Converse') validate(RUNTIME, 'Converse', { ...record.modelInput, modelId: ANY });
      const invoked =
        modelInvocationType === 'Converse'
          ? await this.#runtime.converse(modelId, record.modelInput)
          : await this.#runtime.invoke(modelId, record.modelInput);
      return { line: JSON.stringify({ ...record, modelOutput: invoked.body }), invoked };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const told = { errorCode: error.status ?? 400, errorMessage: error.message };
      return { line: JSON.stringify({ ...record, error: told }) };
    }
  }

  async #write({ outputUri, id }: InvocationJob, name: string, lines: readonly string[]): Promise<void> {
    const content = lines.map((line) => `${line}\n`);
    await this.#context.s3.put(parseS3Uri(joinS3(outputUri, id, name)), () => Readable.from(content));
  }
}

function uriIn(config: unknown, member: string): string {
  return String(((config as Json)[member] as Json | undefined)?.s3Uri);
}

function described(job: InvocationJob): Json {
  const { arn, name, told, counts, created, modified, ended, failure, expires, status, modelId } = job;
  return {
    ...told,
    ...counts,
    jobArn: arn,
    jobName: name,
    modelId,
    status,
    message: failure,
    submitTime: created,
    lastModifiedTime: modified,
    endTime: ended,
    jobExpirationTime: expires,
    modelInvocationType: job.modelInvocationType,
  };
}
