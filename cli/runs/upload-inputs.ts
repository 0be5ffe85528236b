import { describeMissing, missingFiles } from '../../activities/data/source.ts';
import { parseWorkflowId } from '../../spec/naming.ts';
import type { Context } from '../context.ts';
import { EXIT, usageError } from '../errors.ts';
import type { Temporal } from '../temporal.ts';
import { whileServingInputs } from '../workers/inputs.ts';
import { announce, conclude, follow } from './follow.ts';
import { readInput } from './records.ts';
import { hasInputs } from './start.ts';

/** Takes up the upload that a run waits for. */
export async function uploadInputs(context: Context, temporal: Temporal, workflowId: string): Promise<void> {
  const { output } = context;
  const run = parseWorkflowId(workflowId);
  if (!run) throw usageError('NotARun', `${workflowId} is not a run of temper`);
  // Found out here, where it can be put right: in the activity it would end the run.
  const { spec, directory } = await readInput(temporal, workflowId);
  const missing = await missingFiles(spec, directory);
  if (missing.length > 0) {
    throw usageError(
      'FilesMissing',
      ['this machine does not have the files of the run:', ...missing.map(describeMissing)].join('\n  '),
      `upload from the machine that has ${directory}`,
    );
  }
  announce(context, temporal, workflowId, 'run.uploading');
  const last = await whileServingInputs(context, temporal, run, (uploaded, signal) =>
    follow(context, temporal, workflowId, {
      signal,
      until: (snapshot) => {
        if (hasInputs(snapshot)) uploaded();
        return hasInputs(snapshot);
      },
    }),
  );
  if (last.record?.data === undefined) {
    conclude(context, workflowId, last, true);
    return;
  }
  context.exitCode = EXIT.done;
  output.result(
    { run: workflowId, data: last.record.data },
    output.hint(`\n  uploaded; follow the run with: temper watch ${workflowId}`),
  );
}
