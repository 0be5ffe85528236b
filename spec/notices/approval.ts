/** What is told of a decision that a person is to make. */
import type { Approval } from '../approval.ts';
import { PAST } from '../decision.ts';
import type { RunRecord } from '../record.ts';
import { remarks } from '../remarks.ts';
import { scoreTexts } from '../scores-text.ts';
import { addressOf } from '../serving.ts';
import { timeOf } from '../waiting.ts';
import { brief, type Notice } from './notice.ts';

type Asking = RunRecord & { readonly approval: Approval };

/** What the decision is made on. */
export function evidenceLines(record: RunRecord): string[] {
  const { gate = [], model } = record;
  return [
    ...scoreTexts(record),
    ...remarks(record),
    ...gate.map(({ passed, reason }) => `gate ${passed ? 'passed' : 'missed'}: ${reason}`),
    ...(model ? [`model: ${addressOf(model)}`] : []),
  ].map(brief);
}

/** A run begins to wait for a person, or reminds of it: the same, as who reads the second may not have read the first. */
export function approvalNotice(record: Asking): Notice {
  const { run, spec, approval } = record;
  const { reason, evidence, until, otherwise, approvers, reminders } = approval;
  const { sent, of } = reminders;
  return {
    id: sent === 0 ? `${run}/approval` : `${run}/approval/reminder-${sent}`,
    event: 'approval',
    name: spec.name,
    title:
      sent === 0 ? `${spec.name} waits for approval` : `${spec.name} waits for approval, reminder ${sent} of ${of}`,
    lines: [
      reason,
      ...evidenceLines(record),
      `until ${timeOf(until)}, then ${PAST[otherwise]}`,
      ...(approvers ? [`to be decided by ${approvers.join(' or ')}`] : []),
    ],
    next: [
      `temper approve ${run} --evidence ${evidence}`,
      `temper decline ${run} --evidence ${evidence} --comment WHY`,
    ],
    page: { of: 'workflows', id: run },
    facts: {
      run,
      stage: record.stage,
      evidence,
      until,
      otherwise,
      ...(sent > 0 && { reminder: String(sent), reminders: String(of) }),
    },
  };
}

/** Nobody has decided, and the run goes on: one that ends by it is told as any end. */
export function deadlineNotice(record: Asking): Notice {
  const { run, spec, approval } = record;
  return {
    id: `${run}/approval/deadline`,
    event: 'approval',
    name: spec.name,
    title: `${spec.name} was approved by its deadline`,
    lines: [
      `nobody had decided by ${timeOf(approval.until)}: the model is handed over, as approve.otherwise says`,
      ...evidenceLines(record),
    ],
    next: [`to stop it: temper cancel ${run}`, `to go back later: temper rollback ${spec.name}`],
    page: { of: 'workflows', id: run },
    facts: { run, stage: record.stage, until: approval.until, verdict: 'approve', how: 'deadline' },
  };
}
