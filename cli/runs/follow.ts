/** Following a run on the terminal: what run, watch, upload and cancel have in common. */
import type { Outcome, RunRecord } from '../../spec/record.ts';
import type { Context } from '../context.ts';
import { nameEnvironment } from '../environment.ts';
import { EXIT, type ExitCode } from '../errors.ts';
import { endingLines } from '../rendering/ending.ts';
import { headingLine } from '../rendering/record.ts';
import { Story } from '../rendering/story.ts';
import { type Temporal, uiAddress } from '../temporal.ts';
import { type Snapshot, watchRun } from './watch.ts';

/** Says where it is, which run it is and where it can be watched. */
export function announce(context: Context, temporal: Temporal, run: string, code: string): void {
  nameEnvironment(context, temporal.environment);
  announceRun(context, temporal, run, code);
}

/** The same where it was said before where it is. */
export function announceRun({ output }: Context, { environment }: Temporal, run: string, code: string): void {
  const ui = uiAddress(environment, run);
  output.story({ code, text: `${headingLine(run, ui)}\n`, data: { run, ui } });
}

export interface FollowOptions {
  /** Ends the following before the run does. */
  readonly until?: (snapshot: Snapshot) => boolean;
  readonly signal?: AbortSignal;
}

/** Tells the run's story until it is over. The last snapshot tells whether it was: an interrupt ends it earlier. */
export async function follow(
  context: Context,
  temporal: Temporal,
  workflowId: string,
  { until, signal = context.signal }: FollowOptions = {},
): Promise<Snapshot> {
  const story = new Story(context.output);
  let last: Snapshot = { closed: false };
  try {
    for await (const snapshot of watchRun(temporal, workflowId, signal)) {
      last = snapshot;
      story.tell(snapshot);
      if (until?.(snapshot)) break;
    }
  } finally {
    story.end();
  }
  return last;
}

export const EXIT_OF: Readonly<Record<Outcome, ExitCode>> = {
  passed: EXIT.done,
  rejected: EXIT.rejected,
  declined: EXIT.declined,
  failed: EXIT.failed,
  cancelled: EXIT.cancelled,
};

/**
 * Tells how the run ended, or that only the following did, and sets the exit code accordingly.
 *
 * @param uploading whether the run got its inputs from here
 */
export function conclude(context: Context, run: string, { record, closed }: Snapshot, uploading = false): void {
  const { output } = context;
  if (closed && record?.outcome) {
    context.exitCode = EXIT_OF[record.outcome];
    output.result(record, ending(record, context));
    return;
  }
  context.exitCode = EXIT.interrupted;
  if (output.json) output.result(record ?? { run }, '');
  output.note({
    code: 'interrupted',
    text:
      uploading && !record?.data
        ? `\n  stopped uploading: the run waits for its files; go on with: temper upload ${run}`
        : `\n  stopped following; the run goes on: temper watch ${run}`,
    data: { run },
  });
}

function ending(record: RunRecord, { output }: Context): string {
  return output.hint(['', ...endingLines(record, output)].join('\n'));
}
