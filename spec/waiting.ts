import type { Waiting } from './record.ts';

/** `12:01 UTC`, with the date where it is not that of `now`, or where nobody knows when the text is read. */
export function timeOf(iso: string, now?: Date): string {
  const sameDay = iso.slice(0, 10) === now?.toISOString().slice(0, 10);
  return `${iso.slice(sameDay ? 11 : 0, 16).replace('T', ' ')} UTC`;
}

function pauseUntil(iso: string, now: Date): string {
  const seconds = Math.max(0, Math.round((Date.parse(iso) - now.getTime()) / 1000));
  return seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}

function causeOf({ for: cause, of }: Waiting): string {
  switch (cause) {
    case 'capacity':
    case 'quota':
      return of === undefined ? cause : `${cause} of ${of}`;
    case 'credentials':
      return 'AWS credentials: sign in again where the worker runs';
    case 'role':
      return 'a role that AWS can assume';
    case 'endpoint':
      return 'the endpoint, which is being changed';
    case 'inputs':
      return 'its files';
    case 'approval':
      return of === undefined ? 'approval' : `approval by ${of}`;
  }
}

/**
 * A wait in plain words: `waiting for quota of ml.g5.xlarge since 12:01 UTC, tried 4 times, next try at 12:16 UTC`.
 *
 * @param now given where the text is read now, and no later: `next try in 30 s`; otherwise times come with their dates
 */
export function waitingText(waiting: Waiting, now?: Date): string {
  const { since, tries, nextTryAt, until, otherwise, reminders } = waiting;
  const next = nextTryAt && (now ? `in ${pauseUntil(nextTryAt, now)}` : `at ${timeOf(nextTryAt)}`);
  return [
    `waiting for ${causeOf(waiting)}${since ? ` since ${timeOf(since, now)}` : ''}`,
    ...(tries ? [`tried ${tries === 1 ? 'once' : `${tries} times`}`] : []),
    ...(next ? [`next try ${next}`] : []),
    ...(until ? [`until ${timeOf(until, now)}, then ${otherwise === 'approve' ? 'approved' : 'declined'}`] : []),
    ...(reminders?.sent ? [`reminder ${reminders.sent} of ${reminders.of}`] : []),
  ].join(', ');
}
