import { createAwsClients } from '../../activities/aws.ts';
import { TRAINING_LOGS, TRANSFORM_LOGS } from '../../activities/sagemaker/logs.ts';
import { isBedrock, jobKind } from '../../spec/engine.ts';
import type { RunRecord, Stage } from '../../spec/record.ts';
import type { Context } from '../context.ts';
import { awsFailure } from '../endpoints/aws-failure.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Temporal } from '../temporal.ts';
import { JobLog } from './job-log.ts';
import { transformJobsOf } from './jobs.ts';
import { printSteps } from './print-steps.ts';
import { readRecord } from './records.ts';
import { watchRun } from './watch.ts';

/** The jobs whose logs are asked for, and the stage that they are over with. */
interface Jobs {
  readonly stage: Stage;
  readonly group: string;
  readonly names: readonly string[];
}

/** The transform jobs of a run that evaluates or ended in that, else the training job, as soon as there is one. */
function jobsOf(record: RunRecord): Jobs | undefined {
  const { stage, trainingJob } = record;
  if (stage === 'evaluate') return { stage, group: TRANSFORM_LOGS, names: transformJobsOf(record) };
  return trainingJob === undefined ? undefined : { stage: 'train', group: TRAINING_LOGS, names: [trainingJob] };
}

/** Prints what a run's jobs have written; with `follow`, until they are over. */
export async function printLogs(context: Context, temporal: Temporal, run: string, follow: boolean): Promise<void> {
  const { output } = context;
  const first = await readRecord(temporal, run);
  let jobs = jobsOf(first);
  if (!jobs && (!follow || first.outcome)) {
    throw new UserError('NoJob', `${run} has no ${jobKind(first.spec)}${first.outcome ? '' : ' yet'}`, {
      fix: first.outcome ? `see why: temper show ${run}` : `wait for it with: temper logs -f ${run}`,
    });
  }
  if (isBedrock(first.spec)) return printSteps(context, temporal, first, follow);
  const { logs } = createAwsClients(first.account.region);
  const open = new Map<string, JobLog>();
  let latest = '';
  const print = async ({ group, names }: Jobs): Promise<void> => {
    for (const job of names) {
      const log = open.get(job) ?? new JobLog(logs, group, job);
      open.set(job, log);
      for await (const { timestamp, message } of log.more()) {
        if (job !== latest)
          output.note({ code: 'logs.job', text: output.noteStyle.dim(`  log of     ${job}`), data: { job } });
        latest = job;
        output.item({ job, timestamp: new Date(timestamp).toISOString(), message }, message);
      }
    }
  };
  try {
    if (jobs && (!follow || areOver(jobs, first))) return await print(jobs);
    for await (const { record } of watchRun(temporal, run, context.signal)) {
      if (!record) continue;
      jobs ??= jobsOf(record);
      if (jobs) await print(jobs);
      if (record.outcome || (jobs && areOver(jobs, record))) return;
    }
    context.exitCode = EXIT.interrupted;
  } catch (error) {
    throw awsFailure(error, `read the log of ${run}`);
  }
}

function areOver({ stage }: Jobs, record: RunRecord): boolean {
  return record.outcome !== undefined || record.stage !== stage;
}
