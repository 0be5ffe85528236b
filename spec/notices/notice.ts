/** What people are told by `notify:`, before it has the form of any channel. */
import type { NoticeEvent } from '../schema/notify.ts';
import type { Page } from '../temporal-ui.ts';
import { timeOf } from '../waiting.ts';

/** One thing that has happened. Small: it is part of the run's history. */
export interface Notice {
  /** The same for another try: who gets it twice can tell. */
  readonly id: string;
  readonly event: NoticeEvent;
  /** Of the model. */
  readonly name: string;
  /** What has happened, in one line of ASCII: the subject of a mail. */
  readonly title: string;
  /** Where, why and on which evidence, a line each. */
  readonly lines: readonly string[];
  /** Commands, or what else can be done, one each. */
  readonly next: readonly string[];
  /** Whose page in the Temporal UI has the rest. */
  readonly page: Page;
  /** The same for programs, which should not read sentences; names are those of records, values texts. */
  readonly facts: Readonly<Record<string, string>>;
}

/** Nobody could be told. */
export interface Untold {
  /** ISO 8601. */
  readonly at: string;
  readonly event: NoticeEvent;
  /** Why. */
  readonly message: string;
}

/** `nobody could be told (approval) at 12:01 UTC: could not publish to arn:aws:sns:...` */
export const untoldText = ({ at, event, message }: Untold, now?: Date): string =>
  `nobody could be told (${event}) at ${timeOf(at, now)}: ${message}`;

const LONGEST_LINE = 1_000;

/** Text that somebody else wrote, on one line that does not fill a screen. */
export function brief(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE - 1)}…`;
}
