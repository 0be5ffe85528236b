/** How to decide on a model that waits for approval, from here or from a terminal. */
import type { Approval, Verdict } from '../../spec/approval.ts';
import type { RunRecord } from '../../spec/record.ts';
import { timeOf } from '../../spec/waiting.ts';
import { block, literal } from './markdown.ts';

/** What the UI's form takes: one field a line, as it does not wrap. */
function decision({ evidence }: Approval, verdict: Verdict): string {
  const sent = { verdict, by: 'YOUR NAME', ...(verdict === 'decline' && { comment: 'WHY' }), evidence };
  return block(JSON.stringify(sent, null, 2).split('\n'), 'json');
}

export function howToDecide({ approval, waiting, run }: RunRecord): string[] {
  if (!approval || waiting?.for !== 'approval') return [];
  const { approvers } = approval;
  return [
    `**To decide here**${approvers ? `, as ${approvers.join(' or ')}` : ''}: More Actions, Send an Update, \`decide\`, with these data to approve:`,
    decision(approval, 'approve'),
    'or these to decline:',
    decision(approval, 'decline'),
    `**In a terminal**: ${literal(`temper approve ${run}`)}, or ${literal(`temper decline ${run} --comment WHY`)}.`,
  ];
}

/** Nobody is told of a signal that does not count but here. */
export function refusedSignals({ refusedSignals: refused = [] }: RunRecord): string[] {
  return refused.map(
    ({ at, verdict, reason }) => `A signal to ${verdict} did not count at ${timeOf(at)}: ${literal(reason)}`,
  );
}
