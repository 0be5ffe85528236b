import { expect, it } from 'vitest';
import { sinceText, windowOf } from '../../../spec/monitoring/window.ts';

const at = '2026-11-25T18:25:00.000Z';
const [LONG_AGO, YESTERDAY] = ['2026-01-01T00:00:00.000Z', '2026-11-24T06:00:00.000Z'];

it.each([
  ['the length', { handedOverAt: LONG_AGO }, 'length', 'since 2026-11-18 18:25 UTC'],
  ['the length', { handedOverAt: LONG_AGO, judgedAt: LONG_AGO }, 'length', 'since 2026-11-18 18:25 UTC'],
  ['the hand-over', { handedOverAt: YESTERDAY }, 'handOver', 'since the hand-over (2026-11-24 06:00 UTC)'],
  [
    'the last run that was judged',
    { handedOverAt: LONG_AGO, judgedAt: YESTERDAY },
    'judged',
    'since the last run was started (2026-11-24 06:00 UTC)',
  ],
])('a window begins with %s, where that is latest', (_, given, begins, text) => {
  const window = windowOf({ window: '7d', at, ...given });
  expect(window).toMatchObject({ to: at, begins });
  expect(sinceText(window)).toBe(text);
});
