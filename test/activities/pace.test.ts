import { expect, it } from 'vitest';
import { putOff } from '../../activities/pace.ts';

/** Looks a second, second by second, at jobs that never end and ask to be looked at again after `delay` seconds. */
function looksPerSecond(jobs: number, delay: number, seconds: number, from: number): number[] {
  const next = Array.from({ length: jobs }, () => from);
  return Array.from({ length: seconds }, (_, second) => {
    let looks = 0;
    for (let now = from + second; now < from + second + 1; now += 0.01) {
      for (const [job, due] of next.entries()) {
        if (due > now) continue;
        looks += 1;
        next[job] = now + delay + putOff(now);
      }
    }
    return looks;
  });
}

it('a thousand jobs are looked at fewer than 20 times a second, and each within some two minutes', () => {
  const [first = 0, ...later] = looksPerSecond(1000, 1, 180, 1e6);
  expect(first).toBeLessThanOrEqual(1100);
  const minutes = [later.slice(60, 120), later.slice(119, 179)];
  for (const minute of minutes) {
    const mean = minute.reduce((sum, looks) => sum + looks, 0) / minute.length;
    expect(mean).toBeLessThan(20);
    expect(mean).toBeGreaterThan(8);
  }
});

it('a few jobs are looked at as often as they need', () => {
  expect(looksPerSecond(10, 1, 60, 2e6).every((looks) => looks === 10)).toBe(true);
});
