/** Decisions as they come in, from anybody and in any form, and which of them count. */
import { type Approval, type Decision, VERDICTS, type Verdict } from './approval.ts';
import type { CommandCode } from './errors/command-line.ts';
import type { RunRecord } from './record.ts';
import { shown } from './shown.ts';
import { timeOf } from './waiting.ts';

/** Why a decision does not count. */
export interface Refusal {
  readonly code: CommandCode;
  readonly message: string;
}

const LONGEST_NAME = 100;
const LONGEST_COMMENT = 2_000;

const refusal = (code: CommandCode, message: string): Refusal => ({ code, message });
const malformed = (message: string): Refusal => refusal('InvalidDecision', message);

const isText = (value: unknown, longest: number): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= longest;

/**
 * Reads what was sent, which may be anything.
 *
 * @param verdict what the message itself says, where it is not in what was sent
 */
export function readDecision(sent: unknown, verdict?: Verdict): Decision | Refusal {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) {
    const all = `{${verdict ? '' : '"verdict": "approve", '}"by": "your name", "evidence": "..."}`;
    return malformed(`send ${all}, received ${shown(sent)}`);
  }
  const given: Readonly<Record<string, unknown>> = { verdict, ...sent };
  const { by, evidence, comment, how } = given;
  const decided = VERDICTS.find((each) => each === given.verdict);
  if (!decided) return malformed(`verdict is one of ${VERDICTS.join(', ')}, received ${shown(given.verdict)}`);
  if (verdict && decided !== verdict) return malformed(`${verdict} was sent, with a verdict of ${decided}`);
  if (!isText(by, LONGEST_NAME)) return malformed(`by says who decides, received ${shown(by)}`);
  if (!isText(evidence, LONGEST_NAME)) return malformed(`evidence says on what was seen, received ${shown(evidence)}`);
  if (comment !== undefined && !isText(comment, LONGEST_COMMENT)) {
    return malformed(`a comment is a text of at most ${LONGEST_COMMENT} characters, received ${shown(comment)}`);
  }
  if (decided === 'decline' && comment === undefined) return malformed('a decline needs a comment that says why');
  return {
    verdict: decided,
    by: by.trim(),
    evidence: evidence.trim(),
    ...(comment !== undefined && { comment: comment.trim() }),
    ...(how === 'cli' && { how }),
  };
}

export const isRefusal = (read: Decision | Refusal): read is Refusal => 'code' in read;

export const PAST: Readonly<Record<Verdict, string>> = { approve: 'approved', decline: 'declined' };

/** `approved by ana at 12:01 UTC`, with the date where it is not that of `now`, or there is none. */
export function decidedText({ decision, until }: Approval, now?: Date): string | undefined {
  if (!decision) return undefined;
  const { verdict, by, at } = decision;
  if (by !== undefined) return `${PAST[verdict]} by ${by} at ${timeOf(at, now)}`;
  return `${PAST[verdict]} by nobody: the deadline was ${timeOf(until, now)}`;
}

/** Why the run does not take the decision, as it stands at that time; nothing where it does. */
export function refusalOf(
  { approval, waiting, stage, spec, outcome }: RunRecord,
  { by, evidence }: Decision,
  now: Date,
): Refusal | undefined {
  if (!approval) {
    const why = !spec.approve
      ? 'its spec asks nobody (approve: auto)'
      : stage === 'approve'
        ? 'it gives back what bills by the hour first; decide in a few minutes'
        : `it is in its ${stage} stage`;
    return refusal('ApprovalNotOpen', `the run does not wait for approval: ${why}`);
  }
  const decided = decidedText(approval, now);
  if (decided) return refusal('ApprovalDecided', `the run was ${decided}`);
  if (outcome !== undefined || waiting?.for !== 'approval')
    return refusal('ApprovalNotOpen', 'the run does not wait for approval any more');
  const { until, otherwise, approvers } = approval;
  if (now.getTime() >= Date.parse(until)) {
    return refusal('ApprovalOver', `the deadline was ${timeOf(until, now)}: the model is ${PAST[otherwise]}`);
  }
  if (approvers && !approvers.includes(by)) {
    return refusal('NotAnApprover', `${by} is not among those who may decide: ${approvers.join(', ')}`);
  }
  if (evidence !== approval.evidence) {
    return refusal(
      'EvidenceChanged',
      `the decision was made on evidence ${evidence}, and the run has ${approval.evidence}: its scores are others`,
    );
  }
  return undefined;
}
