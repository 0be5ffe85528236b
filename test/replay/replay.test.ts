import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { workflowBundle } from '../workflows/harness.ts';
import { loadHistories } from './histories.ts';
import { SCENARIOS } from './scenarios.ts';

/** What replaying a history against the workflows of the source tree ends with: an error, or nothing. */
async function replay(workflowId: string, history: History): Promise<Error | undefined> {
  const results = Worker.runReplayHistories({ workflowBundle: await workflowBundle() }, [{ workflowId, history }]);
  for await (const { error } of results) return error;
  throw new Error('nothing was replayed');
}

const histories = await loadHistories();

it('has a recorded history for each scenario, and no other', () => {
  expect([...histories.keys()].sort()).toEqual(Object.keys(SCENARIOS).sort());
});

describe.each([...histories])('%s', (name, history) => {
  it('replays', async () => {
    expect(await replay(name, history)).toBeUndefined();
  });

  it('does not replay when an activity has another name', async () => {
    const changed = structuredClone(history);
    const scheduled = changed.events?.find((event) => event.activityTaskScheduledEventAttributes);
    const type = scheduled?.activityTaskScheduledEventAttributes?.activityType;
    if (!type) throw new Error('the history has no activity');
    type.name = 'somethingElse';
    expect((await replay(name, changed))?.name).toBe('DeterminismViolationError');
  });
});

it('refuses to pass with no histories', async () => {
  await expect(loadHistories(await mkdtemp(join(tmpdir(), 'temper-')))).rejects.toThrow('no recorded histories');
});
