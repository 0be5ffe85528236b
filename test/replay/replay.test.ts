import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { beforeAll, describe, expect, it } from 'vitest';
import { workflowBundle } from '../workflows/harness.ts';
import { loadHistories } from './histories.ts';
import { SCENARIOS } from './scenarios.ts';

/** What replaying each against the workflows of the source tree ends with: an error, or nothing. In one worker, which loads them once. */
async function replayed(recorded: ReadonlyMap<string, History>): Promise<Map<string, Error | undefined>> {
  const all = [...recorded].map(([workflowId, history]) => ({ workflowId, history }));
  const ends = new Map<string, Error | undefined>();
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle: await workflowBundle() },
    all,
  )) {
    ends.set(workflowId, error);
  }
  return ends;
}

/** The same history, with an activity of another name. */
function changed(history: History): History {
  const copy = structuredClone(history);
  const scheduled = copy.events?.find((event) => event.activityTaskScheduledEventAttributes);
  const type = scheduled?.activityTaskScheduledEventAttributes?.activityType;
  if (!type) throw new Error('the history has no activity');
  type.name = 'somethingElse';
  return copy;
}

const histories = await loadHistories();

it('has a recorded history for each scenario, and no other', () => {
  expect([...histories.keys()].sort()).toEqual(Object.keys(SCENARIOS).sort());
});

describe.each([
  ['as recorded', (history: History) => history, undefined],
  ['with an activity of another name', changed, 'DeterminismViolationError'],
] as const)('%s', (_, made, end) => {
  let ends: Map<string, Error | undefined>;

  beforeAll(async () => {
    ends = await replayed(new Map([...histories].map(([name, history]) => [name, made(history)])));
  });

  it.each([...histories.keys()])(`%s ${end ? 'does not replay' : 'replays'}`, (name) => {
    expect(ends.has(name)).toBe(true);
    expect(ends.get(name)).toEqual(end && expect.objectContaining({ name: end }));
  });
});

it('refuses to pass with no histories', async () => {
  await expect(loadHistories(await mkdtemp(join(tmpdir(), 'temper-')))).rejects.toThrow('no recorded histories');
});
