/** One training job, from its first phase to its last. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { joinS3, parseS3Uri } from '../../aws/s3.ts';
import { archive } from '../archives.ts';
import { relocatedAll } from '../container-paths.ts';
import type { Exit } from '../containers.ts';
import { abortable, type Context } from '../context.ts';
import { walk } from '../files.ts';
import { packagesOf } from '../images.ts';
import { eachLine, Tail } from '../lines.ts';
import type { LogStream } from '../logs.ts';
import { VenvError } from '../venvs.ts';
import { CheckpointSync } from './checkpoints.ts';
import { failureReason, MAX_REASON } from './failure.ts';
import { type Ending, enter, finish, type Phase, type TrainingJob } from './job.ts';
import { checkpointDirectory, hyperparameter, type Layout, layout, placeSource, writeContract } from './layout.ts';
import { MetricScanner } from './metrics.ts';

const LOG_GROUP = '/aws/sagemaker/TrainingJobs';
const ENTRY_POINT = fileURLToPath(new URL('train.py', import.meta.url));
const DEFAULT_MAX_RUNTIME_SECONDS = 86_400;
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The job fails, for the reason that the message gives. */
class JobFailure extends Error {
  override readonly name = 'JobFailure';
}

export class TrainingRun {
  readonly #job: TrainingJob;
  readonly #context: Context;
  readonly #save: () => void;
  readonly #stop = new AbortController();
  readonly #paths: Layout;
  readonly #log: LogStream;

  /** `save` is called after each change of the record. */
  constructor(job: TrainingJob, context: Context, save: () => void) {
    this.#job = job;
    this.#context = context;
    this.#save = save;
    this.#paths = layout(join(context.home, 'training-jobs', job.TrainingJobName.toLowerCase()));
    this.#log = context.logs.stream(LOG_GROUP, `${job.TrainingJobName}/algo-1-${Math.floor(Date.now() / 1000)}`);
  }

  /** Has the job stopped; {@link run} resolves when it is. */
  stop(): void {
    this.#stop.abort();
  }

  /**
   * Resolves when the job is over, with its record saved; never rejects. A job is left as it is, to be run again, when
   * the region shuts down.
   */
  async run(): Promise<void> {
    const ending = await this.#work().catch((error: unknown) => this.#endingOf(error));
    await this.#log.close();
    if (!ending) return;
    finish(this.#job, ending);
    this.#save();
    // What a script made unremovable stays, and harms nobody.
    await rm(this.#paths.base, { recursive: true, force: true }).catch(() => {});
  }

  async #work(): Promise<Ending> {
    const { shutdown } = this.#context;
    const interrupted = AbortSignal.any([this.#stop.signal, shutdown]);
    if (this.#job.TrainingJobStatus === 'Stopping') return this.#stopAfterCrash();
    const { fault } = this.#job;
    // Of an attempt that a crash cut short.
    delete this.#job.FailureReason;
    if (fault.slowStartSeconds) await sleep(fault.slowStartSeconds * 1000, undefined, { signal: interrupted });
    if (fault.jobFails) throw new JobFailure(fault.jobFails);
    this.#enter('Downloading');
    const [python, checkpoints] = await this.#prepare(interrupted);
    this.#enter('Training');
    checkpoints?.watch();
    const ending = await this.#train(python).finally(() => checkpoints?.stop());
    shutdown.throwIfAborted();
    this.#enter('Uploading');
    await this.#upload(ending, checkpoints);
    return ending;
  }

  #enter(phase: Phase): void {
    enter(this.#job, phase);
    this.#save();
  }

  /** How a job ends that was broken off; not at all where the region shuts down. */
  #endingOf(error: unknown): Ending | undefined {
    if (this.#context.shutdown.aborted) return undefined;
    if (this.#stop.signal.aborted) return 'Stopped';
    const message = error instanceof Error ? error.message : String(error);
    const reason = error instanceof JobFailure ? message : `InternalServerError: ${message}`;
    // A script's own failure tells more than that of the upload after it.
    this.#job.FailureReason ??= reason.slice(0, MAX_REASON);
    return 'Failed';
  }

  /** The region went down while the job was stopping: what its script left is still its artifact. */
  async #stopAfterCrash(): Promise<Ending> {
    this.#stop.abort();
    if (
      this.#job.SecondaryStatusTransitions.some(({ Status }) => Status === 'Training') &&
      existsSync(this.#paths.model)
    ) {
      this.#enter('Uploading');
      await this.#upload('Stopped', undefined);
    }
    return 'Stopped';
  }

  /** Brings everything the script needs; returns its interpreter, and what keeps its checkpoints. */
  async #prepare(signal: AbortSignal): Promise<[string, CheckpointSync | undefined]> {
    const [job, paths, { s3 }] = [this.#job, this.#paths, this.#context];
    await rm(paths.base, { recursive: true, force: true });
    await writeContract(job, paths);
    await failing('ClientError: Data download failed', async () => {
      const channels = job.InputDataConfig ?? [];
      const download = async (uri: string, directory: string) => {
        if ((await s3.download(uri, directory, signal)) === 0)
          throw new Error(`No S3 objects found under S3 URL "${uri}"`);
      };
      await Promise.all(
        channels.map((channel) =>
          download(channel.DataSource.S3DataSource?.S3Uri ?? '', paths.channel(channel.ChannelName)),
        ),
      );
    });
    const program = hyperparameter(job, 'sagemaker_program');
    if (!program) throw new JobFailure('ClientError: the hyperparameter sagemaker_program must name the script to run');
    if (!/\.(py|sh)$/.test(program))
      throw new JobFailure(`ClientError: sagemaker_program must be a .py or .sh file; it is ${program}`);
    await failing('ClientError: cannot read the source', () => placeSource(job, paths, this.#context, signal));
    if (!existsSync(join(paths.code, program))) {
      throw new JobFailure(`ClientError: the source has no file ${program}, which sagemaker_program names`);
    }
    await this.#warnOfFixedPaths();
    const image = job.AlgorithmSpecification?.TrainingImage ?? '';
    const python = this.#context.venvs.python(packagesOf(image), paths.code, (line) => this.#log.write(line));
    const checkpoints = job.CheckpointConfig
      ? new CheckpointSync(s3, checkpointDirectory(job, paths), job.CheckpointConfig.S3Uri)
      : undefined;
    const [interpreter] = await Promise.all([
      abortable(python, signal).catch((error: unknown) => {
        if (error instanceof VenvError)
          throw new JobFailure(`AlgorithmError: InstallRequirementsError:\nErrorMessage "${error.message}"`);
        throw error;
      }),
      failing('ClientError: Checkpoint download failed', async () => checkpoints?.restore(signal)),
    ]);
    return [interpreter, checkpoints];
  }

  /** Scripts that read SM_* variables run anywhere; those that fix paths do not run here. */
  async #warnOfFixedPaths(): Promise<void> {
    for (const name of await readdir(this.#paths.code)) {
      if (!name.endsWith('.py')) continue;
      const text = await readFile(join(this.#paths.code, name), 'utf8');
      if (/["']\/opt\/ml\b/.test(text)) {
        await this.#log.write(
          `warning: ${name} names /opt/ml, which is ${this.#paths.base} here; read the SM_* variables instead`,
        );
      }
    }
  }

  /** Runs the script; resolves with how the job is to end, and rejects where the script failed. */
  async #train(python: string): Promise<Ending> {
    const [job, paths, context] = [this.#job, this.#paths, this.#context];
    const container = context.containers.start({
      command: python,
      args: ['-u', ENTRY_POINT],
      cwd: paths.base,
      env: {
        ...context.containerEnv,
        ...relocatedAll(job.Environment ?? {}, paths.base),
        PATH: `${dirname(python)}:${context.containerEnv.PATH}`,
        SAGEMAKER_BASE_DIR: paths.base,
        TRAINING_JOB_NAME: job.TrainingJobName,
        TRAINING_JOB_ARN: job.TrainingJobArn,
      },
    });
    const tail = new Tail();
    const metrics = new MetricScanner(job.AlgorithmSpecification?.MetricDefinitions);
    const take = (line: string) => {
      tail.add(line);
      if (metrics.scan(line)) job.FinalMetricDataList = metrics.values;
      return this.#log.write(line);
    };
    const output = Promise.all([eachLine(container.stdout, take), eachLine(container.stderr, take)]);
    const { exit, ending } = await this.#untilOver(container);
    await output;
    if (ending !== 'Completed' || exit.code === 0 || context.shutdown.aborted) return ending;
    const command: string[] = JSON.parse((await container.report) ?? '[]');
    this.#job.FailureReason = await failureReason(paths.failure, exit, command, tail);
    return 'Failed';
  }

  /** Waits for the script; ends it when the job is stopped or has run too long. */
  async #untilOver(container: {
    exited: Promise<Exit>;
    end(graceMs: number): Promise<Exit>;
  }): Promise<{ exit: Exit; ending: Ending }> {
    const limit = this.#job.StoppingCondition?.MaxRuntimeInSeconds ?? DEFAULT_MAX_RUNTIME_SECONDS;
    const over = new AbortController();
    const interrupted = AbortSignal.any([this.#stop.signal, over.signal]);
    // A month is more than a timer holds, and more than a laptop runs.
    const tooLong = sleep(Math.min(limit * 1000, MAX_TIMER_MS), 'MaxRuntimeExceeded' as const, { signal: interrupted });
    const stopped = tooLong.catch(() => 'Stopped' as const);
    const cause = await Promise.race([container.exited.then(() => 'Completed' as const), stopped]);
    over.abort();
    if (cause === 'Completed')
      return { exit: await container.exited, ending: this.#stop.signal.aborted ? 'Stopped' : cause };
    if (cause === 'MaxRuntimeExceeded') {
      this.#job.TrainingJobStatus = 'Stopping';
      this.#enter('Stopping');
    }
    return { exit: await container.end(this.#context.stopGraceMs), ending: cause };
  }

  async #upload(ending: Ending, checkpoints: CheckpointSync | undefined): Promise<void> {
    const { S3OutputPath, CompressionType } = this.#job.OutputDataConfig;
    const output = joinS3(S3OutputPath, this.#job.TrainingJobName, 'output');
    const store = async (directory: string, name: string): Promise<string> => {
      if (CompressionType === 'NONE') return this.#uploadFiles(directory, joinS3(output, name));
      const uri = joinS3(output, `${name}.tar.gz`);
      await this.#context.s3.put(parseS3Uri(uri), () => archive(directory));
      return uri;
    };
    await failing('ClientError: Artifact upload failed', async () => {
      await checkpoints?.finish();
      const data = this.#paths.outputData;
      if (existsSync(data) && (await readdir(data)).length > 0)
        await store(data, CompressionType === 'NONE' ? 'data' : 'output');
      // Of a script that wrote no model, AWS too keeps an archive, with nothing in it.
      if (ending !== 'Failed') this.#job.ModelArtifacts = { S3ModelArtifacts: await store(this.#paths.model, 'model') };
    });
  }

  async #uploadFiles(directory: string, uri: string): Promise<string> {
    for (const { name, path, entry } of await walk(directory)) {
      if (entry.isFile()) await this.#context.s3.putFile(parseS3Uri(joinS3(uri, name)), path);
    }
    return `${uri}/`;
  }
}

/** Rejects with a {@link JobFailure} that says what was going on. */
async function failing(what: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new JobFailure(`${what}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
