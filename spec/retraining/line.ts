/** Firings as lines, for the note of their schedule. Pure. */
import { formatUsd } from '../cost/budget.ts';
import type { Firing } from '../retrain.ts';

const MAX_REASON = 160;

/** `2026-11-25 06:00Z  skipped: nothing has changed`, `...  trained a1b2c3: passed, 3.20 USD; 520 rows are new, at least 500 wanted: ...` */
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

/** The note of a schedule: its last decisions, the newest first. The Temporal UI shows all lines as one, told apart by their marks. */
export const noteOf = (newest: readonly Firing[]): string =>
  newest.map((firing) => `▪ ${firingLine(firing)}`).join('\n');
