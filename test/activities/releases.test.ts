/** Custom models of Bedrock: candidates that answer, and what serves them, against the laptop's Bedrock. */
import {
  CreateCustomModelDeploymentCommand,
  DeleteModelInvocationLoggingConfigurationCommand,
  GetCustomModelDeploymentCommand,
  ListCustomModelDeploymentsCommand,
  PutModelInvocationLoggingConfigurationCommand,
} from '@aws-sdk/client-bedrock';
import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { expect, it } from 'vitest';
import type { ReleaseRef } from '../../activities/deployment/release.ts';
import type { ServerOptions } from '../../activities/deployment/servers.ts';
import { readTraffic } from '../../activities/monitoring/traffic.ts';
import { candidateDeploymentName, workflowIdOf } from '../../spec/naming.ts';
import { account, failureOf, once, settled, temporal } from '../support/activities.ts';
import { type BedrockPipeline, bedrockPipeline, type CustomizedRun } from '../support/bedrock.ts';
import { handedDown } from '../support/hand-over.ts';
import { uniqueName } from '../support/unique-name.ts';

const onDemand: ServerOptions = { to: 'bedrock-on-demand' };
const wording = { prompt: '{text}' };

/** What a run does with its model under a name that serves. */
function steps(
  { pipeline, world }: BedrockPipeline,
  { run, model, data }: CustomizedRun,
  name: string,
  adopted = false,
) {
  const release: ReleaseRef = { run, account, model, options: onDemand, name, adopted };
  const candidate = { run, account, model: model.customModel, options: onDemand };
  return {
    ownName: candidateDeploymentName(run),
    submitCandidate: () => settled(pipeline.submitCandidate, { ...candidate, servedName: name }),
    awaitCandidate: (called: string) => settled(pipeline.awaitCandidate, { ...candidate, name: called }),
    removeCandidate: () => settled(pipeline.removeCandidate, candidate),
    submit: () => settled(pipeline.submitRelease, release),
    submitOnce: () => once(pipeline.submitRelease, release),
    handOver: (created: boolean, keep = 5) =>
      settled(pipeline.awaitRelease, { ...release, record: handedDown, data, created, wording, keep }),
    revert: () => settled(pipeline.revertRelease, release),
    served: async () => {
      const command = new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: name });
      return (await world.bedrock.send(command)).modelArn;
    },
  };
}

async function deployments({ world }: BedrockPipeline): Promise<string[]> {
  const { modelDeploymentSummaries: found = [] } = await world.bedrock.send(new ListCustomModelDeploymentsCommand({}));
  return found.map(({ customModelDeploymentName }) => customModelDeploymentName ?? '').sort();
}

it('the first model serves under the name that it was evaluated under; the next one is evaluated beside it and takes its place', async () => {
  const bedrock = await bedrockPipeline();
  const first = await bedrock.customized();
  const { name } = first.run;
  const one = steps(bedrock, first, name);
  expect(await one.submitCandidate()).toEqual({ name });
  expect(await one.submitCandidate()).toEqual({ name });
  const candidate = await one.awaitCandidate(name);
  expect(candidate).toMatchObject({
    to: 'bedrock-on-demand',
    name,
    arn: expect.stringMatching(/custom-model-deployment/),
  });
  const { deployment: served } = await one.handOver(true);
  expect(served).toMatchObject({ created: true, arn: candidate.arn, smokeTest: { input: 'the hinge broke' } });
  expect(served.smokeTest.output).toContain('negative');

  const second = await bedrock.customized(name, 'positive');
  const two = steps(bedrock, second, name);
  expect(await two.submitCandidate()).toEqual({ name: two.ownName });
  expect((await two.awaitCandidate(two.ownName)).arn).not.toBe(candidate.arn);
  expect(await two.served()).toBe(first.model.customModel);
  expect(await two.submit()).toEqual({ created: false });
  const { deployment: moved } = await two.handOver(false);
  expect(moved).toMatchObject({ created: false, arn: candidate.arn });
  expect(moved.smokeTest.output).toContain('positive');
  await two.removeCandidate();
  expect(await deployments(bedrock)).toEqual([name]);

  // A run that is undone puts back what it found; once more, and it changes nothing.
  await two.revert();
  expect(await two.served()).toBe(first.model.customModel);
  await two.revert();
  await one.revert();
  expect(await deployments(bedrock)).toEqual([]);
});

it("what a run asks is told from callers' questions in the logs of the account", async () => {
  const bedrock = await bedrockPipeline();
  const { world } = bedrock;
  const s3Config = { bucketName: account.bucket, keyPrefix: uniqueName('logs') };
  await world.bedrock.send(new PutModelInvocationLoggingConfigurationCommand({ loggingConfig: { s3Config } }));
  const customized = await bedrock.customized();
  const { submit, handOver } = steps(bedrock, customized, customized.run.name);
  const { deployment } = await handOver((await submit()).created);
  const { arn } = deployment;
  const messages = [{ role: 'user' as const, content: [{ text: 'the hinge squeaks' }] }];
  await world.runtime.send(new ConverseCommand({ modelId: arn, messages }));
  await world.bedrock.send(new DeleteModelInvocationLoggingConfigurationCommand({}));

  const source = { engine: 'bedrock', bucket: account.bucket, keyPrefix: s3Config.keyPrefix, arn } as const;
  const traffic = readTraffic(world.s3, source, { from: new Date(0).toISOString(), to: new Date().toISOString() });
  const questions: unknown[] = [];
  for await (const { question } of traffic) questions.push(question);
  expect(questions).toEqual([{ messages: [{ role: 'user', content: 'the hinge squeaks' }] }]);
  expect(traffic.tally).toMatchObject({ requests: 2, own: 1, broken: 0 });
});

it('older models go with the hand-over, which holds also where they cannot go just now', async () => {
  const rules = [{ operation: 'ListCustomModels', error: 'AccessDeniedException', times: 1 }];
  const bedrock = await bedrockPipeline({ faults: { rules } });
  const first = await bedrock.customized();
  const { name } = first.run;
  const told: unknown[] = [];
  for (const customized of [first, await bedrock.customized(name), await bedrock.customized(name)]) {
    const { submit, handOver } = steps(bedrock, customized, name);
    const { created } = await submit();
    const { retention, deployment } = await handOver(created, 1);
    told.push(retention);
    expect(deployment.name).toBe(name);
  }
  // The version before the one that serves is kept.
  expect(told).toEqual([undefined, { deleted: [] }, { deleted: [`${name}-${first.run.id}`] }]);
});

it('a candidate whose deployment fails is told with what AWS said, and is gone', async () => {
  const rules = [{ operation: 'CreateCustomModelDeployment', jobFails: 'the model could not be loaded' }];
  const bedrock = await bedrockPipeline({ faults: { rules } });
  const customized = await bedrock.customized();
  const { submitCandidate, awaitCandidate, revert, removeCandidate } = steps(bedrock, customized, customized.run.name);
  const { name } = await submitCandidate();
  expect(await failureOf(awaitCandidate(name))).toMatchObject({
    type: 'EndpointFailed',
    message: expect.stringContaining('the model could not be loaded'),
  });
  await revert();
  await removeCandidate();
  expect(await deployments(bedrock)).toEqual([]);
});

it('a create that was done and never acknowledged is attached to', async () => {
  const rules = [{ operation: 'CreateCustomModelDeployment', reset: true as const, afterDone: true, times: 1 }];
  const bedrock = await bedrockPipeline({ faults: { rules } });
  const customized = await bedrock.customized();
  const { submitCandidate, awaitCandidate } = steps(bedrock, customized, customized.run.name);
  expect(await failureOf(submitCandidate())).toMatchObject({ type: 'Unavailable', nonRetryable: false });
  const { name } = await submitCandidate();
  await awaitCandidate(name);
  expect(await deployments(bedrock)).toEqual([customized.run.name]);
});

it('an update that fails leaves the old model in place, and is not taken for a success', async () => {
  const rules = [{ operation: 'UpdateCustomModelDeployment', rollback: 'the new model did not come up' }];
  const bedrock = await bedrockPipeline({ faults: { rules } });
  const first = await bedrock.customized();
  const one = steps(bedrock, first, first.run.name);
  await one.handOver((await one.submit()).created);
  const two = steps(bedrock, await bedrock.customized(first.run.name), first.run.name);
  await two.submit();
  expect(await failureOf(two.handOver(false))).toMatchObject({
    type: 'RolledBack',
    message: expect.stringMatching(/goes on with arn:.*the new model did not come up/),
  });
  await two.revert();
  expect(await two.served()).toBe(first.model.customModel);
});

it('two runs that want one name take turns, each until its model is proven or taken off', async () => {
  const bedrock = await bedrockPipeline();
  const first = await bedrock.customized();
  const second = await bedrock.customized(first.run.name);
  const [one, two] = [first, second].map((each) => steps(bedrock, each, first.run.name)) as [
    ReturnType<typeof steps>,
    ReturnType<typeof steps>,
  ];
  const names = await Promise.all([one.submitCandidate(), two.submitCandidate()]);
  const winner = names[0]?.name === first.run.name ? one : two;
  const other = winner === one ? two : one;
  expect(names.map(({ name }) => name).sort()).toEqual([first.run.name, other.ownName].sort());
  await winner.awaitCandidate(first.run.name);
  expect(await failureOf(other.submitOnce())).toMatchObject({ type: 'InProgress' });
  // The gate rejects it: the name is free again.
  await winner.revert();
  expect(await other.submit()).toEqual({ created: true });
  await other.handOver(true);
});

it('a model that was never proven gives way once its run is over', async () => {
  const bedrock = await bedrockPipeline();
  const first = await bedrock.customized();
  const workflowId = workflowIdOf(first.run);
  const handle = await temporal.workflow.start('fineTune', {
    workflowId,
    taskQueue: `nobody-${first.run.id}`,
    args: [],
  });
  const one = steps(bedrock, first, first.run.name);
  await one.awaitCandidate((await one.submitCandidate()).name);
  const two = steps(bedrock, await bedrock.customized(first.run.name), first.run.name);
  expect(await failureOf(two.submitOnce())).toMatchObject({
    type: 'InProgress',
    message: expect.stringContaining(workflowId),
  });
  await handle.terminate();
  expect(await two.submit()).toEqual({ created: false });
  await two.handOver(false);
});

it('leaves alone what somebody else has under the name, and says so', async () => {
  const bedrock = await bedrockPipeline();
  const { run, model } = await bedrock.customized();
  const command = { modelDeploymentName: run.name, modelArn: model.customModel };
  await bedrock.world.bedrock.send(new CreateCustomModelDeploymentCommand(command));
  const other = await bedrock.customized(run.name);
  const { submitCandidate, ownName, submit, revert, removeCandidate } = steps(bedrock, other, run.name);
  expect(await submitCandidate()).toEqual({ name: ownName });
  expect(await failureOf(submit())).toMatchObject({
    type: 'Conflict',
    message: expect.stringContaining('choose another deploy.name'),
  });
  await revert();
  await removeCandidate();
  expect(await deployments(bedrock)).toEqual([run.name]);
});

it('a rollback waits for its turn, and nobody takes the place of its model before it is proven anew', async () => {
  const bedrock = await bedrockPipeline();
  const [first, second] = [await bedrock.customized(), await bedrock.customized()];
  const { name } = first.run;
  const named = (customized: CustomizedRun, id: string): CustomizedRun => ({ ...customized, run: { name, id } });
  const one = steps(bedrock, first, name);
  await one.submit();
  await one.handOver(true);
  const two = steps(bedrock, named(second, second.run.id), name);
  await two.submit();

  const back = steps(bedrock, named(first, 'back01'), name, true);
  await expect(back.submitOnce()).rejects.toMatchObject({ type: 'InProgress' });
  await two.handOver(false);
  expect(await back.submit()).toEqual({ created: false });
  const three = steps(bedrock, named(second, 'third1'), name, true);
  await expect(three.submitOnce()).rejects.toMatchObject({ type: 'InProgress' });
  await back.handOver(false);
  expect(await back.served()).toBe(first.model.customModel);
  await three.submit();
  await three.revert();
  expect(await three.served()).toBe(first.model.customModel);
});
