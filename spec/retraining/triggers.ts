/** What makes a firing train, judged on what was looked up. Pure. */
import { formatBytes, formatCount, plural } from '../amounts.ts';
import { durationSeconds } from '../duration.ts';
import type { DriftEvidence, LiveEvidence } from '../monitoring/evidence.ts';
import type { Asked, Finding } from '../retrain.ts';
import type { Triggers } from '../schema/retrain.ts';
import { roughly } from './ages.ts';
import type { DataChange, ObjectChange } from './data-change.ts';

/** The newest version of a name. */
export interface NewestVersion {
  readonly number: number;
  /** Workflow id of the run that handed it over. */
  readonly run: string;
  readonly handedOverAt: string;
}

/** The last run of the schedule that came to a result: passed, rejected or declined. */
export interface JudgedRun {
  /** Its workflow id. */
  readonly run: string;
  /** When the firing that started it looked at the data. */
  readonly at: string;
}

export function askedFinding({ by, comment }: Asked): Finding {
  return { trigger: 'asked', due: true, reason: `${by} asked for it${comment === undefined ? '' : `: ${comment}`}` };
}

/** A name that has neither a version nor a run that was judged. */
export function firstFinding(name: string): Finding {
  return { trigger: 'first', due: true, reason: `no model of ${name} was trained yet` };
}

export const ALWAYS: Finding = { trigger: 'always', due: true, reason: 'each firing trains: retrain has no when' };

/**
 * The age of the newest version. A run that was judged counts as well: a champion that nothing has beaten is not challenged
 * at every firing from then on.
 */
export function ageFinding(
  wanted: NonNullable<Triggers['championAge']>,
  { newest, judged, now }: { newest?: NewestVersion | undefined; judged?: JudgedRun | undefined; now: Date },
): Finding {
  const ageOf = (at: string): number => Math.max(0, (now.getTime() - Date.parse(at)) / 1000);
  const least = durationSeconds(wanted);
  const limit = `trained again after ${wanted}`;
  const version = newest && { age: ageOf(newest.handedOverAt), what: `version ${newest.number} is` };
  const last = judged && { age: ageOf(judged.at), what: `${judged.run}, the last run that was judged, is` };
  const youngest = [version, last].flatMap((each) => each ?? []).sort((one, other) => one.age - other.age)[0];
  const evidence = {
    ...(newest && { version: newest.number, handedOverAt: newest.handedOverAt }),
    ...(judged && { judged: judged.run, judgedAt: judged.at }),
  };
  if (!youngest) return { trigger: 'championAge', due: false, reason: 'no version was handed over yet' };
  const told = version ?? youngest;
  const { age, what } = youngest.age < least ? youngest : told;
  return {
    trigger: 'championAge',
    due: youngest.age >= least,
    reason: `${what} ${roughly(age)} old, ${limit}`,
    evidence,
  };
}

/** What cannot be measured of a name without a version. */
export function unserved(trigger: 'drift' | 'liveMetric'): Finding {
  return { trigger, due: false, reason: 'no version was handed over yet, so that nothing serves' };
}

/** What was measured of the model that serves, as a finding. */
export function measured(
  trigger: 'drift' | 'liveMetric',
  { due, reason, ...evidence }: DriftEvidence | LiveEvidence,
): Finding {
  return { trigger, due, reason, evidence };
}

/** @param judged the run whose data it was compared with; absent where nothing is known of one */
export function newDataFinding(
  wanted: NonNullable<Triggers['newData']>,
  change: DataChange,
  judged: JudgedRun | undefined,
): Finding {
  const { rows, bytes, objects, largest } = change;
  const dueByRows = wanted.rows !== undefined && rows !== undefined && rows >= wanted.rows;
  const dueByBytes = wanted.bytes !== undefined && bytes >= wanted.bytes;
  const since = judged === undefined ? 'there is no earlier run to compare it with' : `since ${judged.run}`;
  const [first] = largest;
  const others = objects > 1 ? ` and ${formatCount(objects - 1)} more` : '';
  const what =
    first === undefined
      ? 'nothing has changed in the data'
      : `${amountText(wanted, change)}: ${nameOf(first)} ${HOW[first.how]}${others}`;
  return {
    trigger: 'newData',
    due: dueByRows || dueByBytes,
    reason: `${what} (${since})`,
    evidence: {
      ...(rows !== undefined && { rows }),
      ...{ bytes, objects, largest },
      ...(judged && { since: judged.run }),
    },
  };
}

/** How much is new beside how much is wanted, in what it is wanted in. */
function amountText(wanted: NonNullable<Triggers['newData']>, { rows = 0, bytes }: DataChange): string {
  const size = formatBytes(bytes);
  if (wanted.rows === undefined) return `${size} are new, at least ${formatBytes(wanted.bytes ?? 0)} wanted`;
  const count = plural(rows, 'row');
  if (wanted.bytes === undefined) {
    return `${count} ${rows === 1 ? 'is' : 'are'} new, at least ${formatCount(wanted.rows)} wanted`;
  }
  return `${count} and ${size} are new, at least ${plural(wanted.rows, 'row')} or ${formatBytes(wanted.bytes)} wanted`;
}

const HOW = { new: 'is new', grown: 'has grown', rewritten: 'was rewritten', gone: 'is gone' } as const;

const nameOf = ({ object }: ObjectChange): string => object.slice(object.lastIndexOf('/') + 1);
