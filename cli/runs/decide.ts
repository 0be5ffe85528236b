/** A person's decision on the model of a run. */
import { WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Decided, Decision, Verdict } from '../../spec/approval.ts';
import { decidedText, type Refusal } from '../../spec/decision.ts';
import { COMMAND_ERRORS } from '../../spec/errors/command-line.ts';
import type { RunRecord } from '../../spec/record.ts';
import { decideUpdate } from '../../workflows/messages.ts';
import { canAsk, confirm } from '../ask.ts';
import type { Context } from '../context.ts';
import { EXIT, UserError } from '../errors.ts';
import { renderEvidence } from '../rendering/evidence.ts';
import type { Temporal } from '../temporal.ts';
import { isGone, isNotFound } from '../temporal-errors.ts';
import { whoIs } from '../who.ts';
import { listRuns } from './list.ts';
import { readRecord } from './records.ts';

export interface DecideOptions {
  readonly comment?: string | undefined;
  readonly by?: string | undefined;
  readonly evidence?: string | undefined;
  readonly yes?: true | undefined;
}

/** How long a worker is given to take a decision up; those that are there do within a second. */
const ANSWER_MS = 20_000;

/** Shows what was found, asks whoever sits at the terminal, and tells the run. */
export async function decide(
  context: Context,
  temporal: Temporal,
  run: string,
  verdict: Verdict,
  { comment, by = whoIs(context), evidence, yes }: DecideOptions,
): Promise<void> {
  const { output } = context;
  const record = await readRecord(temporal, run);
  if (record.outcome) throw overError(record, verdict);
  const { approval } = record;
  if (approval && !approval.decision) {
    const screen = { style: output.noteStyle, columns: output.columns, whole: output.whole };
    const newer = await passedSince(temporal, record, approval.since);
    output.note({ code: 'evidence', text: renderEvidence(record, newer, screen), data: { approval, newer } });
    if (!yes && canAsk(context) && !(await confirm(context, `  ${verdict} it as ${by}?`))) {
      context.exitCode = context.signal.aborted ? EXIT.interrupted : EXIT.failed;
      output.note({ code: 'undecided', text: '  nothing was decided' });
      return;
    }
  }
  // Where nobody is asked yet there is none, and the run says so.
  const seen = evidence ?? approval?.evidence ?? 'none';
  const decision: Decision = { verdict, by, evidence: seen, ...(comment !== undefined && { comment }), how: 'cli' };
  const decided = await tell(temporal, run, decision);
  output.result({ run, ...decided }, output.hint(toldText(run, decided)));
}

/** Runs of the same name whose models were handed over since this one was asked about. */
async function passedSince(temporal: Temporal, record: RunRecord, since: string): Promise<string[]> {
  const runs = await listRuns(temporal, { name: record.spec.name, limit: 20 });
  return runs
    .filter(({ outcome, endedAt = '' }) => outcome === 'passed' && Date.parse(endedAt) > Date.parse(since))
    .map(({ run }) => run);
}

async function tell({ client }: Temporal, run: string, decision: Decision): Promise<Decided> {
  try {
    return await client.withDeadline(Date.now() + ANSWER_MS, () =>
      client.workflow.getHandle(run).executeUpdate(decideUpdate, { args: [decision] }),
    );
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal) throw new UserError(refusal.code, refusal.message, { fix: fixOf(refusal, run), cause: error });
    if (isNotFound(error)) {
      throw new UserError('RunOver', `${run} is over by now`, {
        fix: `see how it ended: temper show ${run}`,
        cause: error,
      });
    }
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError || isGone(error)) throw unanswered(run, error);
    throw error;
  }
}

function refusalIn(error: unknown): Refusal | undefined {
  if (!(error instanceof WorkflowUpdateFailedError) || !(error.cause instanceof ApplicationFailure)) return undefined;
  const { type, message } = error.cause;
  return type && type in COMMAND_ERRORS ? { code: type as Refusal['code'], message } : undefined;
}

const fixOf = ({ code }: Refusal, run: string): string => COMMAND_ERRORS[code].fix.replace('RUN', run);

function unanswered(run: string, cause: unknown): UserError {
  return new UserError('NoWorker', `no worker has taken the decision up within ${ANSWER_MS / 1000} s`, {
    fix: `start one with: temper worker; it may take this decision up then, see with: temper show ${run}`,
    cause,
  });
}

function overError(record: RunRecord, verdict: Verdict): UserError {
  const { run, outcome, approval } = record;
  const decided = approval && decidedText(approval, new Date());
  if (decided)
    return new UserError('ApprovalDecided', `${run} was ${decided}`, {
      fix: `see what came of it: temper show ${run}`,
    });
  return new UserError('RunOver', `there is nothing to ${verdict}: ${run} is over (${outcome})`);
}

function toldText(run: string, { verdict, by }: Decided): string {
  return verdict === 'approve'
    ? `  approved by ${by}: the model is handed over; follow it with: temper watch ${run}`
    : `  declined by ${by}: nothing is deployed, and the run ends; see it with: temper show ${run}`;
}
