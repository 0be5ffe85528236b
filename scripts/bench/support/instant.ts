/**
 * Machines on which a job takes the time that the bench gives it: everything of the laptop region's SageMaker is in the
 * path (protocol, validation, state, S3) but the processes, whose start would be measured instead of Temper.
 */
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { now } from '../../../local/aws/operations.ts';
import { joinS3, parseS3Uri, relativeName } from '../../../local/aws/s3.ts';
import type { FleetOptions } from '../../../local/sagemaker/fleet.ts';
import type { JobRun, Machines, Servers } from '../../../local/sagemaker/machines.ts';
import { enter, finish, type TrainingJob } from '../../../local/sagemaker/training/job.ts';
import type { TransformJob } from '../../../local/sagemaker/transform/job.ts';
import { answerTo } from './project.ts';

const ANSWERS = 'application/jsonlines';

const answersTo = (input: string): string =>
  input
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => `${JSON.stringify(answerTo(JSON.parse(line)))}\n`)
    .join('');

/** Work that a stop or the region's shutdown breaks off. */
function jobRun(shutdown: AbortSignal, work: (signal: AbortSignal) => Promise<void>, stopped: () => void): JobRun {
  const stop = new AbortController();
  return {
    stop: () => stop.abort(),
    run: () =>
      work(AbortSignal.any([stop.signal, shutdown])).catch((error: unknown) => {
        if (stop.signal.aborted) stopped();
        else if (!shutdown.aborted) throw error;
      }),
  };
}

export interface InstantMachines extends Machines {
  /** All jobs so far, in the order of their creation. */
  readonly jobs: readonly (TrainingJob | TransformJob)[];
}

/** @param trainingSeconds how long the script of a training job takes */
export function instantMachines({ trainingSeconds = 0 } = {}): InstantMachines {
  const jobs: (TrainingJob | TransformJob)[] = [];
  return {
    jobs,
    training: (job, { s3, shutdown }, save) => {
      jobs.push(job);
      return jobRun(
        shutdown,
        async (signal) => {
          const phase = (name: Parameters<typeof enter>[1]): void => {
            enter(job, name);
            save();
          };
          phase('Downloading');
          phase('Training');
          if (trainingSeconds > 0) await sleep(trainingSeconds * 1000, undefined, { signal });
          phase('Uploading');
          const artifact = joinS3(job.OutputDataConfig.S3OutputPath, job.TrainingJobName, 'output', 'model.tar.gz');
          await s3.put(parseS3Uri(artifact), () => Readable.from(['weights']));
          job.ModelArtifacts = { S3ModelArtifacts: artifact };
          finish(job, 'Completed');
          save();
        },
        () => {
          finish(job, 'Stopped');
          save();
        },
      );
    },

    transform: (job, { s3, shutdown }, save) => {
      jobs.push(job);
      const end = (status: TransformJob['TransformJobStatus']): void => {
        job.TransformJobStatus = status;
        job.TransformEndTime = now();
        save();
      };
      return jobRun(
        shutdown,
        async (signal) => {
          job.TransformStartTime = now();
          const uri = job.TransformInput.DataSource.S3DataSource.S3Uri;
          for await (const object of s3.list(uri)) {
            const output = answersTo(await text(await s3.open(object, signal)));
            const name = `${relativeName(parseS3Uri(uri).key, object.key)}.out`;
            await s3.put(parseS3Uri(joinS3(job.TransformOutput.S3OutputPath, name)), () => Readable.from([output]));
          }
          end('Completed');
        },
        () => end('Stopped'),
      );
    },

    servers: (_, { variants }: FleetOptions): Servers => {
      const answering = variants.map(({ name }) => ({
        name,
        invoke: async (body: Readable) => {
          const answer = answersTo((await buffer(body)).toString());
          return Object.assign(Readable.from([answer]), { statusCode: 200, headers: { 'content-type': ANSWERS } });
        },
      }));
      return {
        start: async () => {},
        restore: () => {},
        choose: (wanted) => answering.find(({ name }) => wanted === undefined || name === wanted),
        during: (work) => work(),
        end: async () => {},
      };
    },
  };
}

/** Seconds of a run's wall time that its jobs took; those of an evaluation run at once. */
export function secondsInJobs(jobs: InstantMachines['jobs']): number {
  let training = 0;
  let evaluation = 0;
  for (const job of jobs) {
    if ('TrainingJobName' in job) training += (job.TrainingEndTime ?? 0) - job.CreationTime;
    else evaluation = Math.max(evaluation, (job.TransformEndTime ?? 0) - job.CreationTime);
  }
  return training + evaluation;
}
