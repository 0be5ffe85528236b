import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { look, pollDelay, stillInProgress } from '../../activities/waiting.ts';

describe('the delay between looks', () => {
  it('starts below half a second and never falls, up to a minute', () => {
    expect(pollDelay(1)).toBeLessThan(500);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), (attempt) => {
        expect(pollDelay(attempt + 1)).toBeGreaterThanOrEqual(pollDelay(attempt));
        expect(pollDelay(attempt)).toBeLessThanOrEqual(60_000);
      }),
    );
    expect(pollDelay(5000)).toBe(60_000);
  });

  it('stays within seconds where a change is near', () => {
    expect(pollDelay(5000, true)).toBeLessThanOrEqual(5_000);
  });
});

it('leaves the progress as heartbeat details and fails benignly with the delay', async () => {
  const environment = new MockActivityEnvironment({ attempt: 12 });
  const beats: unknown[] = [];
  environment.on('heartbeat', (details: unknown) => beats.push(details));
  const progress = { resource: 'job-1', status: 'InProgress', secondaryStatus: 'Training', metrics: { loss: 0.3 } };
  const thrown: unknown = await environment.run(async () => stillInProgress(progress));
  expect(beats).toEqual([progress]);
  expect(thrown).toMatchObject({ type: 'InProgress', category: 'BENIGN', nextRetryDelay: pollDelay(12) });
});

it('an outage during a look is looked past at the pace of the wait', async () => {
  const outage = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  const environment = new MockActivityEnvironment({ attempt: 60 }, { logger: new DefaultLogger('ERROR') });
  const looking = environment.run(() => look('describe job-1', () => Promise.reject(outage)));
  await expect(looking).rejects.toMatchObject({ type: 'Unavailable', nonRetryable: false, nextRetryDelay: 60_000 });
  await expect(looking).rejects.toBeInstanceOf(ApplicationFailure);
});
