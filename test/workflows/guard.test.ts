import { ApplicationFailure } from '@temporalio/common';
import { Worker } from '@temporalio/worker';
import { expect, it } from 'vitest';
import { throughputGuard } from '../../workflows/index.ts';
import { ownTemporal } from '../support/own-temporal.ts';
import { workflowBundle } from './harness.ts';

it('a guard tries to delete for as long as it takes, in histories that stay short', async () => {
  const { client, nativeConnection: connection } = await ownTemporal({ 'limit.historyCount.suggestContinueAsNew': 40 });
  let tries = 0;
  const worker = await Worker.create({
    connection,
    taskQueue: 'guard',
    workflowBundle: await workflowBundle(true),
    activities: {
      endThroughput: async () => {
        tries += 1;
        if (tries < 12) throw ApplicationFailure.nonRetryable('the throughput is being updated', 'Busy');
      },
    },
  });
  const input = { id: 'guard', expiresAt: new Date().toISOString(), region: 'us-east-1', names: ['reviews'], run: 'r' };
  await worker.runUntil(async () => {
    const handle = await client.workflow.start(throughputGuard, { workflowId: 'g', taskQueue: 'guard', args: [input] });
    expect(await handle.result()).toBe("provisioned throughput reviews of r in us-east-1 is gone, or another run's");
    expect(tries).toBe(12);
    const { runId, historyLength } = await client.workflow.getHandle('g').describe();
    expect(runId).not.toBe(handle.firstExecutionRunId);
    expect(historyLength).toBeLessThan(60);
  });
});
