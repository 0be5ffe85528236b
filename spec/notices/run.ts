/** What is told of a run: what it lacks, and how it ended. */
import { advice } from '../advice.ts';
import { decidedText } from '../decision.ts';
import { SERVING } from '../engine.ts';
import { isPipelineCode } from '../errors/pipeline.ts';
import type { Outcome, RunRecord, Waiting } from '../record.ts';
import type { NoticeEvent, NotifySpec } from '../schema/notify.ts';
import { addressOf, nameOf } from '../serving.ts';
import { waitingText } from '../waiting.ts';
import { evidenceLines } from './approval.ts';
import { brief, type Notice } from './notice.ts';

/** The last lines of a job's log are enough to see what it was. */
const LOG_SHOWN = 10;

/** A run has waited for machines, or for quota, for long; it goes on by itself. */
export function shortageNotice(record: RunRecord, waiting: Waiting): Notice {
  const { run, spec, stage } = record;
  const { for: lack, of, since = '', message } = waiting;
  return {
    id: `${run}/shortage/${stage}`,
    event: 'shortage',
    name: spec.name,
    title: `${spec.name} cannot go on in ${stage}: no ${lack}`,
    lines: [waitingText(waiting), `AWS said: ${brief(message)}`],
    next: [
      ...(lack === 'quota' ? [advice(record, { code: 'QuotaExceeded', message })] : []),
      `it goes on by itself once there is ${lack}; to stop it: temper cancel ${run}`,
    ],
    page: { of: 'workflows', id: run },
    facts: { run, stage, lacks: lack, since, ...(of !== undefined && { of }) },
  };
}

/**
 * Under which name the end of a run is told; nothing where it is not to be.
 *
 * A schedule's run that fails is told of by its firing, which knows what follows for the schedule. A decision that the
 * deadline has made is part of what is told of approval.
 */
export function eventOfEnd({ outcome, startedBy, approval }: RunRecord, { on }: NotifySpec): NoticeEvent | undefined {
  if (outcome === undefined || (outcome === 'failed' && startedBy?.how === 'schedule')) return undefined;
  if (on.includes(outcome)) return outcome;
  const byDeadline = outcome === 'declined' && approval?.decision?.how === 'deadline';
  return byDeadline && on.includes('approval') ? 'approval' : undefined;
}

/** A run is over. */
export function endNotice(record: RunRecord, outcome: Outcome, event: NoticeEvent): Notice {
  const { run, spec, stage, failure, leftBehind } = record;
  const { title, lines, next } = endOf(record, outcome);
  return {
    id: `${run}/end`,
    event,
    name: spec.name,
    title,
    lines: [...lines, ...(leftBehind ? [`left behind, and may bill: ${leftBehind.join(', ')}`] : [])],
    next: [...next, ...(leftBehind ? ['to take it away: temper orphans --delete'] : [])],
    page: { of: 'workflows', id: run },
    facts: { run, stage: failure?.stage ?? stage, outcome, ...(failure && { code: failure.code }) },
  };
}

function endOf(record: RunRecord, outcome: Outcome): Pick<Notice, 'title' | 'lines' | 'next'> {
  const { run, spec, stage, deployment, model, gate = [], approval, failure } = record;
  const { name } = spec;
  const kept = `nothing was deployed${model ? `; the model is kept: ${addressOf(model)}` : ''}`;
  switch (outcome) {
    case 'passed': {
      const served = deployment && `it serves as ${SERVING[deployment.to]} ${nameOf(deployment)}`;
      return {
        title: `${name} passed`,
        lines: [`the model was handed over${served ? `: ${served}` : ''}`, ...evidenceLines(record)],
        next: [`its versions: temper history ${name}`, `to let the one before serve again: temper rollback ${name}`],
      };
    }
    case 'rejected': {
      const missed = gate.filter(({ passed }) => !passed).map(({ reason }) => `gate missed: ${brief(reason)}`);
      return { title: `${name} was rejected by its gate`, lines: [...missed, kept], next: [`temper show ${run}`] };
    }
    case 'declined': {
      const comment = approval?.decision?.comment;
      const told = approval && decidedText(approval);
      return {
        title: `${name} was declined`,
        lines: [...(told ? [told] : []), ...(comment ? [`why: ${brief(comment)}`] : []), kept],
        next: [`to ask once more: temper resume ${run} --from deploy`],
      };
    }
    case 'cancelled':
      return {
        title: `${name} was cancelled in ${stage}`,
        lines: ['what it had started was stopped and removed'],
        next: [`to start it again: temper rerun ${run}`],
      };
    case 'failed': {
      const { code = 'Unknown', message = 'why is not known', stage: where = stage, log = [] } = failure ?? {};
      return {
        title: `${name} failed in ${where}: ${code}`,
        lines: [brief(message), ...log.slice(-LOG_SHOWN).map((line) => `| ${brief(line)}`)],
        next: [
          advice(record, { code, message }),
          `temper show ${run}`,
          ...(isPipelineCode(code) ? [`temper explain ${code}`] : []),
        ],
      };
    }
  }
}
