/** Firings as lines, for the note of their schedule. Pure. */
import { formatUsd } from '../cost/budget.ts';
import type { Firing } from '../retrain.ts';

const MAX_REASON = 160;
const MAX_FAILURE = 300;
/** Of UTF-8: a schedule is neither paused nor resumed with a longer note ("Schedule notes exceeds limit"). */
const NOTE_BYTES = 1_000;

/** `2026-11-25 06:00Z  skipped: nothing has changed`, `...  trained a1b2c3: passed, 3.20 USD; 520 rows are new, ...` */
function firingLine(firing: Firing): string {
  const { at, reason } = firing.decision;
  return `${at.slice(0, 10)} ${at.slice(11, 16)}Z  ${becameOf(firing)}${shortened(reason, MAX_REASON)}`;
}

function becameOf({ decision, run, outcome, billedUsd, failure }: Firing): string {
  if (decision.decided === 'skip' || run === undefined) return 'skipped: ';
  const id = run.slice(run.lastIndexOf('/') + 1);
  if (outcome === undefined) return `trains ${id}: `;
  const billed = billedUsd === undefined ? '' : `, ${formatUsd(billedUsd)} USD`;
  const why = failure ? ` in ${failure.stage} (${failure.code})` : '';
  return `trained ${id}: ${outcome}${why}${billed}; `;
}

const shortened = (text: string, most: number): string => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** What a failure says, on one line. The whole, which can fill a screen, is in the run's record. */
export const failureLine = (message: string): string =>
  shortened(
    message
      .trim()
      .replace(/(:?)\s*\n\s*/g, (_, colon) => (colon ? ': ' : '; '))
      .replace(/\s+/g, ' '),
    MAX_FAILURE,
  );

/** Begins a decision of a note: the Temporal UI shows all lines as one. */
const MARK = '▪ ';

/** The note of a schedule: its last decisions, the newest first. */
export const noteOf = (newest: readonly Firing[]): string =>
  noteWithin(newest.map((firing) => `${MARK}${firingLine(firing)}`));

/** Whether a line of a note is one of those, and no remark of a person and no failure. */
export const isDecision = (line: string): boolean => line.startsWith(MARK);

/** Lines as a note that Temporal takes: as many as it has room for, the first at any rate. */
export function noteWithin([first = '', ...rest]: readonly string[]): string {
  let note = first;
  while (bytesOf(note) > NOTE_BYTES) note = `${note.slice(0, -2)}…`;
  for (const line of rest) {
    const longer = `${note}\n${line}`;
    if (bytesOf(longer) > NOTE_BYTES) return note;
    note = longer;
  }
  return note;
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
