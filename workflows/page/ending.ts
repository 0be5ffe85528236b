/** How a run ended, why, and what to do about it. */
import { advice } from '../../spec/advice.ts';
import { decidedText } from '../../spec/decision.ts';
import type { Outcome, RunRecord } from '../../spec/record.ts';
import { addressOf } from '../../spec/serving.ts';
import { block, list, literal, plain } from './markdown.ts';
import { missedRules } from './rules.ts';
import { servedAs } from './stages.ts';

/** The last lines of a job's log are enough to see what it was. */
const LOG_SHOWN = 10;

export function ending(record: RunRecord, outcome: Outcome): string[] {
  const { stage, deployment, model, gate = [], approval, failure, leftBehind } = record;
  const kept = model ? `; the model is kept: ${literal(addressOf(model))}` : '';
  switch (outcome) {
    case 'passed':
      return [
        '### Passed',
        `The model was handed over${deployment ? `, and serves as ${servedAs(deployment)}` : kept}.`,
      ];
    case 'rejected':
      return [list('### Rejected by the gate', missedRules(gate)), `Nothing was deployed${kept}.`];
    case 'declined': {
      const comment = approval?.decision?.comment;
      const how = approval && decidedText(approval)?.replace('declined ', '');
      return [
        `### Declined ${how ?? ''}`.trimEnd(),
        ...(comment ? [`Why: ${literal(comment)}`] : []),
        `Nothing was deployed${kept}.`,
      ];
    }
    case 'cancelled':
      return [`### Cancelled in ${stage}`, ...(leftBehind ? [] : ['What it had started was stopped and removed.'])];
    case 'failed':
      return [
        `### Failed in ${failure?.stage ?? stage}`,
        ...(failure
          ? [
              `**${failure.code}**: ${literal(failure.message)}`,
              `**To do**: ${plain(advice(record, failure))}.`,
              ...(failure.log ? [`The log of the job ends with`, block(failure.log.slice(-LOG_SHOWN))] : []),
            ]
          : []),
      ];
  }
}
