/** A provisioned throughput bills by the hour until somebody deletes it, and everybody may be gone. */
import { ListProvisionedModelThroughputsCommand } from '@aws-sdk/client-bedrock';
import { expect, it } from 'vitest';
import { guardIdOf } from '../../spec/naming.ts';
import { bedrockPipeline } from '../support/bedrock.ts';
import { fakeActivities, underWay } from '../workflows/fake-activities.ts';
import { withRun } from '../workflows/harness.ts';

const SPEC = `
name: reviews
data: { source: data.jsonl, split: { test: 0.2 } }
train: { engine: bedrock, base: amazon.titan-text-express-v1 }
evaluate: {}
deploy: { to: bedrock-provisioned, modelUnits: 1, ttl: 8s }
`;

it('ends when its time is over, although its run was terminated and every worker had died', async () => {
  const { world, pipeline, customized } = await bedrockPipeline();
  const { model } = await customized();
  const { submitCandidate, awaitCandidate, endThroughput } = pipeline;
  const working = fakeActivities().activities;
  const fakes = fakeActivities({
    awaitCustomization: async (wait) => ({
      ...(await working.awaitCustomization(wait)),
      customModel: model.customModel,
    }),
    submitCandidate,
    awaitCandidate,
    answerTestSplit: () => Promise.reject(underWay('10 minutes')),
  });
  const throughputs = async () =>
    (await world.bedrock.send(new ListProvisionedModelThroughputsCommand({}))).provisionedModelSummaries ?? [];

  await withRun(
    fakes,
    async ({ run, handle, until, stopWorkers, startWorkers }, { client }) => {
      await until(({ candidate }) => candidate !== undefined);
      await handle.terminate();
      await stopWorkers();
      expect((await throughputs()).map(({ status }) => status)).toEqual(['InService']);
      const guard = client.workflow.getHandle(guardIdOf(run, 'candidate'));
      expect((await guard.describe()).status.name).toBe('RUNNING');

      await startWorkers(fakeActivities({ endThroughput }));
      expect(await guard.result()).toContain('is gone');
      expect(await throughputs()).toEqual([]);
    },
    SPEC,
  );
});
