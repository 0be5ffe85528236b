/** The approve stage: a person's decision, by update or signal, or the deadline's. */
import { ApplicationFailure, condition, log, setHandler } from '@temporalio/workflow';
import type { Approval, Decided, Decision, Verdict } from '../spec/approval.ts';
import { isRefusal, type Refusal, readDecision, refusalOf } from '../spec/decision.ts';
import { durationSeconds } from '../spec/duration.ts';
import { evidenceOf } from '../spec/evidence.ts';
import { approvalNotice, deadlineNotice } from '../spec/notices/approval.ts';
import type { Waiting } from '../spec/record.ts';
import type { ApprovalSpec } from '../spec/schema/approve.ts';
import type { RunContext } from './context.ts';
import { approveSignal, decideUpdate, declineSignal } from './messages.ts';
import type { Progress } from './progress.ts';

const REFUSED_KEPT = 10;

/** What was sent, as a decision that the run takes as it stands now, or why it does not. */
function judged({ record }: Progress, sent: unknown, verdict?: Verdict): Decision | Refusal {
  const read = readDecision(sent, verdict);
  return isRefusal(read) ? read : (refusalOf(record, read, new Date()) ?? read);
}

function take(progress: Progress, { how, ...given }: Decision): Decided {
  const decision = { ...given, at: new Date().toISOString(), how: how ?? 'ui' } as const;
  noteApproval(progress, { decision });
  return decision;
}

function noteApproval(progress: Progress, facts: Partial<Approval>): void {
  const { approval } = progress.record;
  if (approval) progress.note({ approval: { ...approval, ...facts } });
}

/**
 * Lets decisions be sent, from the start of the run: one that comes too early is refused, and does not lie in wait. An
 * update that is refused leaves no event; whoever sends a signal learns of it from the record.
 */
export function receiveDecisions(progress: Progress): void {
  setHandler(
    decideUpdate,
    (sent) => {
      const decision = judged(progress, sent);
      if (isRefusal(decision)) throw refused(decision);
      return take(progress, decision);
    },
    {
      description:
        'Decide on the model: {"verdict": "approve", "by": "your name", "evidence": "...", "comment": "why"}',
      validator: (sent) => {
        const decision = judged(progress, sent);
        if (isRefusal(decision)) throw refused(decision);
      },
    },
  );
  const signals = [
    ['approve', approveSignal],
    ['decline', declineSignal],
  ] as const;
  for (const [verdict, signal] of signals) {
    setHandler(
      signal,
      (sent) => {
        const decision = judged(progress, sent, verdict);
        if (!isRefusal(decision)) take(progress, decision);
        else refuse(progress, verdict, decision);
      },
      { description: `${verdict} the model: {"by": "your name", "evidence": "...", "comment": "why"}` },
    );
  }
}

/** The UI would show the stack below the reason. */
function refused({ message, code }: Refusal): ApplicationFailure {
  const failure = ApplicationFailure.nonRetryable(message, code);
  failure.stack = '';
  return failure;
}

function refuse(progress: Progress, verdict: Verdict, { message }: Refusal): void {
  log.warn(`a signal to ${verdict} does not count: ${message}`);
  const refused = { at: new Date().toISOString(), verdict, reason: message };
  progress.note({ refusedSignals: [...(progress.record.refusedSignals ?? []), refused].slice(-REFUSED_KEPT) });
}

function waitingFor({ since, until, otherwise, approvers, reminders, reason }: Approval, run: string): Waiting {
  return {
    for: 'approval',
    ...(approvers && { of: approvers.join(', ') }),
    ...{ since, until, otherwise, reminders },
    message: `${reason}; decide with: temper approve ${run}, or temper decline ${run} --comment WHY`,
  };
}

/** Waits for a decision, reminding those who look at the run, until the deadline decides. */
export async function awaitDecision(
  { progress }: Pick<RunContext, 'progress'>,
  { within, remind, otherwise, approvers }: ApprovalSpec,
  asked: Pick<Approval, 'reason' | 'givenBack'>,
): Promise<{ approval: Approval & { readonly decision: Decided } }> {
  const { run } = progress.record;
  const begun = Date.now();
  const deadline = begun + durationSeconds(within) * 1000;
  const pause = durationSeconds(remind) * 1000;
  // One that would come with the deadline is none.
  const of = Math.ceil((deadline - begun) / pause) - 1;
  const evidence = evidenceOf(progress.record);
  const opened: Approval = {
    ...asked,
    evidence,
    since: new Date(begun).toISOString(),
    until: new Date(deadline).toISOString(),
    otherwise,
    ...(approvers && { approvers }),
    reminders: { sent: 0, of },
  };
  progress.note({ approval: opened });
  const approval = (): Approval => progress.record.approval ?? opened;
  // The next reminder says the same.
  const tell = (notice: typeof approvalNotice): void =>
    progress.tell('approval', () => notice({ ...progress.record, approval: approval() }), pause);
  await progress.whileWaiting(waitingFor(opened, run), async () => {
    tell(approvalNotice);
    for (let due = 1; ; ) {
      const [wake, summary] = due > of ? [deadline, 'deadline'] : [begun + due * pause, `reminder ${due} of ${of}`];
      const left = Math.max(1, wake - Date.now());
      if (await condition(() => approval().decision !== undefined, left, { summary })) return;
      if (Date.now() >= deadline) return;
      // After an outage of the workers there is one reminder, not all that were missed.
      const sent = Math.floor((Date.now() - begun) / pause);
      due = sent + 1;
      log.info(`reminder ${sent} of ${of}: ${run} waits for approval until ${opened.until}`);
      noteApproval(progress, { reminders: { sent, of } });
      progress.note({ waiting: waitingFor(approval(), run) });
      progress.listWaiting(`approval, reminder ${sent} of ${of}`);
      tell(approvalNotice);
    }
  });
  if (!approval().decision && otherwise === 'approve') tell(deadlineNotice);
  const byDeadline = { verdict: otherwise, at: new Date().toISOString(), evidence, how: 'deadline' } as const;
  return { approval: { ...approval(), decision: approval().decision ?? byDeadline } };
}
