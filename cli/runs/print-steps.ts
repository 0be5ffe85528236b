import { createAwsClients } from '../../activities/aws.ts';
import { customizationOutput } from '../../activities/bedrock/customization-request.ts';
import { type StepRow, steps } from '../../activities/bedrock/step-metrics.ts';
import { parseWorkflowId } from '../../spec/naming.ts';
import { recordedNumber } from '../../spec/numbers.ts';
import type { RunRecord } from '../../spec/record.ts';
import type { Context } from '../context.ts';
import { awsFailure } from '../endpoints/aws-failure.ts';
import { EXIT } from '../errors.ts';
import { formatMetric } from '../rendering/format.ts';
import type { Temporal } from '../temporal.ts';
import { watchRun } from './watch.ts';

/** `training    step 12   epoch 1   training_loss 0.512` */
function lineOf({ of, values }: StepRow): string {
  const told = Object.entries(values).map(([name, value]) => {
    const shown = Number.isInteger(value) ? String(value) : formatMetric(recordedNumber(value));
    return `${name.replace(/_number$/, '')} ${shown}`;
  });
  return [of.padEnd('validation'.length), ...told].join('  ');
}

const isOver = ({ outcome, stage }: RunRecord): boolean => outcome !== undefined || stage !== 'train';

/** Where the run's newest customization job writes its metrics; absent before there is one. */
function outputOf({ run, account, trainingJob }: RunRecord): { job: string; output: string } | undefined {
  const ref = parseWorkflowId(run);
  return ref && trainingJob ? { job: trainingJob, output: customizationOutput(account, ref, trainingJob) } : undefined;
}

/**
 * Prints the steps of a run's customization job as far as it has written them, as Bedrock has no log of its jobs; with
 * `follow`, until the job is over.
 */
export async function printSteps(
  context: Context,
  temporal: Temporal,
  first: RunRecord,
  follow: boolean,
): Promise<void> {
  const { output } = context;
  const { s3 } = createAwsClients(first.account.region);
  const printed = new Map<string, number>();
  const print = async (record: RunRecord): Promise<void> => {
    const found = outputOf(record);
    if (!found) return;
    const { job } = found;
    const before = printed.get(job);
    if (before === undefined) {
      const text = `  steps of   ${job}; Bedrock keeps no log of its jobs`;
      output.note({ code: 'logs.job', text: output.noteStyle.dim(text), data: { job } });
    }
    let count = 0;
    for await (const row of steps(s3, found.output)) {
      count += 1;
      if (count <= (before ?? 0)) continue;
      const values = Object.entries(row.values).map(([name, value]) => [name, recordedNumber(value)]);
      output.item({ job, of: row.of, values: Object.fromEntries(values) }, lineOf(row));
    }
    printed.set(job, count);
  };
  try {
    if (!follow || isOver(first)) return await print(first);
    for await (const { record } of watchRun(temporal, first.run, context.signal)) {
      if (!record) continue;
      await print(record);
      if (isOver(record)) return;
    }
    context.exitCode = EXIT.interrupted;
  } catch (error) {
    throw awsFailure(error, `read the steps of ${first.run}`);
  }
}
