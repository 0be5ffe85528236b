import { expect, it } from 'vitest';
import type { Finding } from '../../../spec/retrain.ts';
import { unlessAnswered } from '../../../spec/retraining/answered.ts';

const DAY_MS = 86_400_000;
const DRIFT: Finding = { trigger: 'drift', due: true, reason: 'text has drifted' };

/** The days on which a schedule trains that looks each day, at one and the same drift, and whose every run is rejected. */
function trainedOn(days: number, dataChanges: (day: number) => boolean, minutesEarly = 0): number[] {
  const trained: number[] = [];
  let changed = true;
  for (let day = 0; day < days; day += 1) {
    const at = (of: number): string => new Date(of * DAY_MS - of * minutesEarly * 60_000).toISOString();
    changed ||= dataChanges(day);
    const last = trained.at(-1);
    const answer = last === undefined ? undefined : { run: 'temper/reviews/aaaa', at: at(last), dataChanged: changed };
    if (!unlessAnswered(DRIFT, '7d', { at: at(day), answer }).due) continue;
    trained.push(day);
    changed = false;
  }
  return trained;
}

it('one drift that no run mends trains once, for as long as the data is the same', () => {
  expect(trainedOn(60, () => false)).toEqual([0]);
  expect(trainedOn(60, (day) => day === 30)).toEqual([0, 30]);
});

it('and once in a window where the data changes each day, whatever the jitter', () => {
  expect(trainedOn(22, () => true)).toEqual([0, 7, 14, 21]);
  expect(trainedOn(22, () => true, 3)).toEqual([0, 7, 14, 21]);
});

it('is a reason where no run was judged, and stays none where it is none', () => {
  const at = new Date(0).toISOString();
  expect(unlessAnswered(DRIFT, '7d', { at, answer: undefined })).toBe(DRIFT);
  const none = { ...DRIFT, due: false };
  expect(unlessAnswered(none, '7d', { at, answer: { run: 'r', at, dataChanged: false } })).toBe(none);
});
