/** `temper schedule pause` and `resume`. */
import { noteWithin } from '../../spec/retraining/line.ts';
import type { Context } from '../context.ts';
import { formatCount, plural } from '../rendering/format.ts';
import { momentText } from '../rendering/schedule-text.ts';
import { renderScheduled } from '../rendering/schedules.ts';
import type { Temporal } from '../temporal.ts';
import { whoIs } from '../who.ts';
import { applyChange } from './apply-change.ts';
import { findSchedule, type Schedule } from './find.ts';
import { MOST_TIMES, timesBetween } from './matching.ts';
import { stateOf } from './state.ts';
import { underWay } from './under-way.ts';

const PAUSED_AT = /^paused by .* at (\d{4}-\d\d-\d\d \d\d:\d\d) UTC/;

/** A remark of a person, before what the note tells already: the last decisions, or why it was paused. */
function noteWith(context: Context, what: string, comment: string | undefined, note = ''): string {
  const at = `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const remark = `${what} by ${whoIs(context)} at ${at}${comment === undefined ? '' : `: ${comment}`}`;
  return noteWithin([remark, ...note.split('\n').filter((line) => line !== '' && !PAUSED_AT.test(line))]);
}

/**
 * Pauses or resumes it, with the remark in its note; gives how it was before, and leaves alone what is so already. Not by the SDK's
 * `pause`, a patch: of patches that come in the same moment Temporal keeps one, and says nothing of the others.
 */
async function change(
  context: Context,
  temporal: Temporal,
  name: string,
  to: 'paused' | 'resumed',
  comment: string | undefined,
): Promise<{ readonly before: Schedule; readonly paused: boolean; readonly note: string | undefined }> {
  const before = await findSchedule(temporal, name);
  const { paused, note } = before.description.state;
  const wanted = to === 'paused';
  await applyChange(temporal, name, (schedule) => {
    const state = schedule.state ?? {};
    if ((state.paused ?? false) === wanted) return undefined;
    const notes = noteWith(context, to, comment, state.notes ?? '');
    return { schedule: { ...schedule, state: { ...state, paused: wanted, notes } } };
  });
  return { before, paused, note };
}

export async function pauseSchedule(
  context: Context,
  temporal: Temporal,
  name: string,
  comment: string | undefined,
): Promise<void> {
  const { output } = context;
  const { paused, note } = await change(context, temporal, name, 'paused', comment);
  const after = await findSchedule(temporal, name);
  const open = await underWay(temporal, after);
  const lines = [
    paused ? `${name} was paused before${note ? `: ${note.split('\n', 1)[0]}` : ''}` : `${name} is paused`,
    ...(open ? [`  what is under way goes on: ${open.run ?? open.firing}`] : []),
  ];
  output.result(await stateOf(temporal, after), lines.join('\n'));
}

export async function resumeSchedule(
  context: Context,
  temporal: Temporal,
  name: string,
  comment: string | undefined,
): Promise<void> {
  const { output } = context;
  const { before, paused } = await change(context, temporal, name, 'resumed', comment);
  const now = new Date();
  const since = paused ? pausedSince(before) : now;
  const missed = paused ? (await timesBetween(temporal, name, since, now)).length : 0;
  const state = await stateOf(temporal, await findSchedule(temporal, name));
  const text = [
    renderScheduled(state, paused ? 'goes on' : 'was not paused', output),
    ...(missed === 0 ? [] : [missedText(name, missed, since)]),
  ].join('\n');
  output.result({ ...state, missed }, output.hint(text));
}

/** As its note says, or since it last fired: a run that failed pauses it. */
function pausedSince({ description: { state, info } }: Schedule): Date {
  const [, at] = PAUSED_AT.exec(state.note ?? '') ?? [];
  if (at !== undefined) return new Date(`${at.replace(' ', 'T')}Z`);
  return info.recentActions.at(-1)?.takenAt ?? info.createdAt;
}

function missedText(name: string, missed: number, since: Date): string {
  const count = missed === MOST_TIMES ? `${formatCount(MOST_TIMES)} firings or more` : plural(missed, 'firing');
  return `  ${count} missed since ${momentText(since.toISOString())}, which nothing makes up for; look now with: temper schedule trigger ${name} --when-due`;
}
