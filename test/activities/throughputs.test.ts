/** Provisioned throughputs: what serves by the hour, and the guards that end it. */
import {
  CreateProvisionedModelThroughputCommand,
  GetProvisionedModelThroughputCommand,
  ListProvisionedModelThroughputsCommand,
} from '@aws-sdk/client-bedrock';
import { expect, it } from 'vitest';
import type { ReleaseRef } from '../../activities/deployment/release.ts';
import type { ServerOptions } from '../../activities/deployment/servers.ts';
import { guardIdOf } from '../../spec/naming.ts';
import { account, failureOf, once, settled } from '../support/activities.ts';
import { type BedrockPipeline, bedrockPipeline, type CustomizedRun } from '../support/bedrock.ts';
import { handedDown } from '../support/hand-over.ts';

const expiresAt = '2026-11-25T20:00:00.000Z';
const wording = { prompt: '{text}' };

/** What a run does with its model under a name that serves. */
function steps({ pipeline }: BedrockPipeline, { run, model, data }: CustomizedRun, name: string, modelUnits = 1) {
  const guard = { id: guardIdOf(run, 'served'), expiresAt };
  const options: ServerOptions = { to: 'bedrock-provisioned', modelUnits, commitment: 'none', guard };
  const release: ReleaseRef = { run, account, model, options, name };
  return {
    submit: () => settled(pipeline.submitRelease, release),
    submitOnce: () => once(pipeline.submitRelease, release),
    prove: async () => {
      const handOver = { ...release, record: handedDown, data, created: true, wording, keep: 5 };
      return (await settled(pipeline.awaitRelease, handOver)).deployment;
    },
    revert: () => settled(pipeline.revertRelease, release),
    end: () => settled(pipeline.endThroughput, { guard: guard.id, region: account.region, names: [name] }),
  };
}

async function throughputs({ world }: BedrockPipeline): Promise<(string | undefined)[]> {
  const { provisionedModelSummaries = [] } = await world.bedrock.send(new ListProvisionedModelThroughputsCommand({}));
  return provisionedModelSummaries.map(({ provisionedModelName }) => provisionedModelName);
}

async function modelOf({ world }: BedrockPipeline, name: string): Promise<string | undefined> {
  return (await world.bedrock.send(new GetProvisionedModelThroughputCommand({ provisionedModelId: name }))).modelArn;
}

it('is moved to the next model without a second one being paid for, and ends by the guard of the run that has it', async () => {
  const bedrock = await bedrockPipeline();
  const first = await bedrock.customized();
  const { name } = first.run;
  const one = steps(bedrock, first, name);
  expect(await one.submit()).toEqual({ created: true });
  expect(await one.prove()).toMatchObject({ to: 'bedrock-provisioned', name, modelUnits: 1, expiresAt });

  const second = await bedrock.customized(name);
  const two = steps(bedrock, second, name);
  expect(await two.submit()).toEqual({ created: false });
  await two.prove();
  expect(await modelOf(bedrock, name)).toBe(second.model.customModel);
  expect(await throughputs(bedrock)).toEqual([name]);

  // It is no longer the first run's to end.
  await one.end();
  expect(await throughputs(bedrock)).toEqual([name]);
  await two.end();
  expect(await throughputs(bedrock)).toEqual([]);
  await two.end();
});

it('given back while a person decides, it is made anew for the same model, with another guard', async () => {
  const bedrock = await bedrockPipeline();
  const customized = await bedrock.customized();
  const { run, model } = customized;
  const { name } = run;
  const guard = { id: guardIdOf(run, 'candidate'), expiresAt };
  const options: ServerOptions = { to: 'bedrock-provisioned', modelUnits: 1, commitment: 'none', guard };
  const candidate = { run, account, model: model.customModel, options };
  await settled(bedrock.pipeline.submitCandidate, { ...candidate, servedName: name });
  await settled(bedrock.pipeline.awaitCandidate, { ...candidate, name });
  await settled(bedrock.pipeline.revertRelease, { run, account, model, options, name });
  expect(await throughputs(bedrock)).toEqual([]);

  const served = steps(bedrock, customized, name);
  expect(await served.submit()).toEqual({ created: true });
  await served.prove();
  await settled(bedrock.pipeline.endThroughput, { guard: guard.id, region: account.region, names: [name] });
  expect(await throughputs(bedrock)).toEqual([name]);
  await served.end();
  expect(await throughputs(bedrock)).toEqual([]);
});

it('an update that fails leaves the old model in place, and the guard still ends it', async () => {
  const rules = [{ operation: 'UpdateProvisionedModelThroughput', rollback: 'no such weights' }];
  const bedrock = await bedrockPipeline({ faults: { rules } });
  const first = await bedrock.customized();
  const { name } = first.run;
  const one = steps(bedrock, first, name);
  await one.submit();
  await one.prove();
  const two = steps(bedrock, await bedrock.customized(name), name);
  await two.submit();
  expect(await failureOf(two.prove())).toMatchObject({
    type: 'RolledBack',
    message: expect.stringContaining('no such weights'),
  });
  await two.revert();
  expect(await modelOf(bedrock, name)).toBe(first.model.customModel);
  await two.end();
  expect(await throughputs(bedrock)).toEqual([]);
});

it('model units that the account may not have are waited for', async () => {
  const bedrock = await bedrockPipeline({ quotas: { customizationJobs: 2, deployments: 2, modelUnits: 1 } });
  const first = await bedrock.customized();
  await steps(bedrock, first, first.run.name).submit();
  const second = await bedrock.customized();
  expect(await failureOf(steps(bedrock, second, second.run.name).submitOnce())).toMatchObject({
    type: 'QuotaExceeded',
    nonRetryable: false,
    message: expect.stringContaining('model units'),
  });
});

it('is never given other units, and never taken from somebody else', async () => {
  const bedrock = await bedrockPipeline();
  const first = await bedrock.customized();
  const one = steps(bedrock, first, first.run.name);
  await one.submit();
  await one.prove();
  const two = steps(bedrock, await bedrock.customized(first.run.name), first.run.name, 2);
  expect(await failureOf(two.submit())).toMatchObject({
    type: 'Conflict',
    message: expect.stringMatching(/has 1 model unit.*the spec says 2/),
  });
  const other = await bedrock.customized();
  const theirs = { provisionedModelName: other.run.name, modelId: other.model.customModel, modelUnits: 1 };
  await bedrock.world.bedrock.send(new CreateProvisionedModelThroughputCommand(theirs));
  expect(await failureOf(steps(bedrock, other, other.run.name).submit())).toMatchObject({
    type: 'Conflict',
    message: expect.stringContaining('was not made by Temper'),
  });
});
