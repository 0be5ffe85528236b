/** The stretch of its traffic that a served model is judged by. Pure. */
import { durationSeconds } from '../duration.ts';

/** How far back a watch looks where a spec does not say it: what callers do by the day of the week is in it. */
export const USUAL_WINDOW = '7d';

/** From the first moment that counts to the one in which it is looked. Times are ISO 8601. */
export interface Window {
  readonly from: string;
  readonly to: string;
  /**
   * What it begins with: the length that is looked back, or where that is later the hand-over of the model, or the run that
   * what was asked before has been an answer to.
   */
  readonly begins: 'length' | 'handOver' | 'judged';
}

export interface Looking {
  /** How far back: `7d`. */
  readonly window: string;
  /** When it is looked. */
  readonly at: string;
  /** What was asked before was asked of another model. */
  readonly handedOverAt: string;
  /** When the last run that was judged was decided on, of a schedule: it has answered what was asked before. */
  readonly judgedAt?: string | undefined;
}

export function windowOf({ window, at, handedOverAt, judgedAt }: Looking): Window {
  const starts = [
    { from: new Date(Date.parse(at) - 1000 * durationSeconds(window)).toISOString(), begins: 'length' },
    { from: handedOverAt, begins: 'handOver' },
    ...(judgedAt === undefined ? [] : [{ from: judgedAt, begins: 'judged' } as const]),
  ] as const;
  const latest = starts.reduce((one, other) => (other.from > one.from ? other : one));
  return { ...latest, to: at };
}

/** `2026-11-25 18:25 UTC`. */
const minuteText = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`;

/** For people: `since 2026-11-18 18:25 UTC`, `since the hand-over (2026-11-25 18:25 UTC)`. */
export function sinceText({ from, begins }: Window): string {
  if (begins === 'length') return `since ${minuteText(from)}`;
  return `since ${begins === 'handOver' ? 'the hand-over' : 'the last run was started'} (${minuteText(from)})`;
}

/** What to do where there is too little in it. */
export const moreText = ({ begins }: Window): string =>
  begins === 'length' ? 'give a longer window or a lower minRows' : 'more will come with time';
