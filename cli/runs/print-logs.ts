import { createAwsClients } from '../../activities/aws.ts';
import type { RunRecord } from '../../spec/record.ts';
import type { Context } from '../context.ts';
import { awsFailure } from '../endpoints/aws-failure.ts';
import { EXIT, UserError } from '../errors.ts';
import type { Temporal } from '../temporal.ts';
import { JobLog } from './job-log.ts';
import { readRecord } from './records.ts';
import { watchRun } from './watch.ts';

/** Prints what a run's training job has written; with `follow`, until the job is over. */
export async function printLogs(context: Context, temporal: Temporal, run: string, follow: boolean): Promise<void> {
  const first = await readRecord(temporal, run);
  if (!follow && !first.trainingJob) {
    throw new UserError('NoJob', `${run} has no training job${first.outcome ? '' : ' yet'}`, {
      fix: first.outcome ? `see why: temper show ${run}` : `wait for it with: temper logs -f ${run}`,
    });
  }
  const { logs } = createAwsClients(first.account.region);
  let log: JobLog | undefined;
  const print = async ({ trainingJob }: RunRecord): Promise<void> => {
    if (!trainingJob) return;
    log ??= new JobLog(logs, trainingJob);
    for await (const { timestamp, message } of log.more()) {
      context.output.item({ timestamp: new Date(timestamp).toISOString(), message }, message);
    }
  };
  try {
    if (!follow || jobIsOver(first)) return await print(first);
    for await (const { record } of watchRun(temporal, run, context.signal)) {
      if (record) await print(record);
      if (record && jobIsOver(record)) return;
    }
    context.exitCode = EXIT.interrupted;
  } catch (error) {
    throw awsFailure(error, `read the log of ${run}`);
  }
}

function jobIsOver(record: RunRecord): boolean {
  return record.outcome !== undefined || record.model !== undefined;
}
