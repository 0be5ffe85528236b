import {
  CreateCustomModelDeploymentCommand,
  ListCustomModelsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-bedrock';
import { expect, it } from 'vitest';
import { workflowIdOf } from '../../spec/naming.ts';
import { account, once, settled, temporal } from '../support/activities.ts';
import { type BedrockPipeline, bedrockPipeline, type CustomizedRun } from '../support/bedrock.ts';
import { handedDown } from '../support/hand-over.ts';
import { uniqueName } from '../support/unique-name.ts';

const settle = (
  { pipeline }: BedrockPipeline,
  { run, model }: CustomizedRun,
  outcome: 'passed' | 'rejected',
  keep = 1,
) => settled(pipeline.settleModel, { run, account, customModel: model.customModel, outcome, keep });

const nameOf = ({ run }: CustomizedRun): string => `${run.name}-${run.id}`;

async function left({ world }: BedrockPipeline): Promise<(string | undefined)[]> {
  const { modelSummaries = [] } = await world.bedrock.send(new ListCustomModelsCommand({}));
  return modelSummaries.map(({ modelName }) => modelName).sort();
}

it('after a hand-over the newest models of the name stay, those that serve, and those of runs that are not through', async () => {
  const bedrock = await bedrockPipeline();
  const name = uniqueName('reviews');
  const served = await bedrock.customized(name);
  await bedrock.world.bedrock.send(
    new CreateCustomModelDeploymentCommand({ modelDeploymentName: name, modelArn: served.model.customModel }),
  );
  await settle(bedrock, served, 'passed');
  const open = await bedrock.customized(name);
  const rejected = await bedrock.customized(name);
  expect(await settle(bedrock, rejected, 'rejected')).toEqual({ deleted: [] });
  const older = await bedrock.customized(name);
  expect(await settle(bedrock, older, 'passed', 5)).toEqual({ deleted: [] });
  // Of other models, one of which has a name that begins alike.
  const others = [await bedrock.customized(`${name}-de`), await bedrock.customized()];
  for (const other of others) await settle(bedrock, other, 'passed', 5);

  const newest = await bedrock.customized(name);
  const { deleted } = await settle(bedrock, newest, 'passed', 1);
  expect([...deleted].sort()).toEqual([nameOf(rejected), nameOf(older)].sort());
  expect(await left(bedrock)).toEqual([served, open, newest, ...others].map(nameOf).sort());
  const { tags } = await bedrock.world.bedrock.send(
    new ListTagsForResourceCommand({ resourceARN: newest.model.customModel }),
  );
  expect(tags).toContainEqual({ key: 'temper:outcome', value: 'passed' });
});

it('a model that may not be deleted is told, and keeps no other', async () => {
  const name = uniqueName('reviews');
  const bedrock = await bedrockPipeline({
    faults: { rules: [{ operation: 'DeleteCustomModel', error: 'AccessDeniedException', times: 1 }] },
  });
  const models = [];
  for (let i = 0; i < 3; i += 1) models.push(await bedrock.customized(name));
  for (const model of models.slice(0, 2)) await settle(bedrock, model, 'rejected');
  const [first, second, third] = models as [CustomizedRun, CustomizedRun, CustomizedRun];
  expect(await settle(bedrock, third, 'passed')).toEqual({
    deleted: [nameOf(first)],
    problem: expect.stringContaining(`could not delete custom model ${nameOf(second)}: AccessDeniedException`),
  });
});

it('the version before the one that serves is kept, whatever train.keep says', async () => {
  const bedrock = await bedrockPipeline();
  const name = uniqueName('reviews');
  const runs: CustomizedRun[] = [];
  for (let i = 0; i < 3; i += 1) {
    const run = await bedrock.customized(name);
    runs.push(run);
    await settled(bedrock.pipeline.publishModel, { run: run.run, account, model: run.model, record: handedDown });
    await settle(bedrock, run, 'passed', i < 2 ? 5 : 1);
  }
  expect(await left(bedrock)).toEqual(runs.slice(1).map(nameOf).sort());
});

it('a model that a rollback waits to let serve is kept while that run is open', async () => {
  const bedrock = await bedrockPipeline();
  const name = uniqueName('reviews');
  const [first, second] = [await bedrock.customized(name), await bedrock.customized(name)];
  for (const run of [first, second]) await settle(bedrock, run, 'passed', 5);
  const back = { name, id: 'back01' };
  const taskQueue = `nobody-${name}`;
  const handle = await temporal.workflow.start('fineTune', { workflowId: workflowIdOf(back), taskQueue, args: [] });
  const { run, model, data } = first;
  const job = { jobName: nameOf(first), jobArn: 'arn', metrics: {}, trainingSeconds: 1 };
  const customized = { ...model, ...job, modelName: nameOf(first), output: '' };
  const takeover = { run: workflowIdOf(run), data, model: customized, evaluations: {}, gate: [] };
  await once(bedrock.pipeline.checkTakeover, { run: back, account, takeover });

  const third = await bedrock.customized(name);
  expect(await settle(bedrock, third, 'passed', 1)).toEqual({ deleted: [nameOf(second)] });
  await handle.terminate();
  expect(await settle(bedrock, third, 'passed', 1)).toEqual({ deleted: [nameOf(first)] });
});
