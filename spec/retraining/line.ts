/** Firings as lines, for the note of their schedule. Pure. */
import { formatUsd } from '../cost/budget.ts';
import type { Firing } from '../retrain.ts';

const MAX_REASON = 160;

/** `2026-11-25 06:00Z  skipped: nothing has changed`, `...  trained a1b2c3: passed, 3.20 USD; 520 rows are new, ...` */
export function firingLine(firing: Firing): string {
  const { at, reason } = firing.decision;
  return `${at.slice(0, 10)} ${at.slice(11, 16)}Z  ${becameOf(firing)}${shortened(reason)}`;
}

function becameOf({ decision, run, outcome, billedUsd, failure }: Firing): string {
  if (decision.decided === 'skip' || run === undefined) return 'skipped: ';
  const id = run.slice(run.lastIndexOf('/') + 1);
  if (outcome === undefined) return `trains ${id}: `;
  const billed = billedUsd === undefined ? '' : `, ${formatUsd(billedUsd)} USD`;
  const why = failure ? ` in ${failure.stage} (${failure.code})` : '';
  return `trained ${id}: ${outcome}${why}${billed}; `;
}

const shortened = (reason: string): string =>
  reason.length > MAX_REASON ? `${reason.slice(0, MAX_REASON - 1)}…` : reason;

/** Begins a decision of a note: the Temporal UI shows all lines as one. */
const MARK = '▪ ';

/** The note of a schedule: its last decisions, the newest first. */
export const noteOf = (newest: readonly Firing[]): string =>
  newest.map((firing) => `${MARK}${firingLine(firing)}`).join('\n');

/** Whether a line of a note is one of those, and no remark of a person and no failure. */
export const isDecision = (line: string): boolean => line.startsWith(MARK);
