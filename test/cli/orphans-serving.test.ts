/** What terminated runs leave on Bedrock that serves, or bills by the hour. */
import { randomUUID } from 'node:crypto';
import { GetCustomModelDeploymentCommand } from '@aws-sdk/client-bedrock';
import { expect, it } from 'vitest';
import type { Orphan } from '../../cli/orphans/orphan.ts';
import { candidateDeploymentName, guardIdOf, workflowIdOf } from '../../spec/naming.ts';
import { account, settled, temporal } from '../support/activities.ts';
import { type BedrockPipeline, bedrockPipeline, type CustomizedRun } from '../support/bedrock.ts';
import { handedDown } from '../support/hand-over.ts';
import { sharedRegion } from '../support/region.ts';
import { cli } from './support/cli.ts';

const wording = { prompt: '{text}' };
const onDemand = { to: 'bedrock-on-demand' } as const;

/** A workflow that is open, and ends when it is told to. */
async function open(workflowId: string): Promise<() => Promise<unknown>> {
  const handle = await temporal.workflow.start('fineTune', {
    workflowId,
    taskQueue: `nobody-${randomUUID()}`,
    args: [],
  });
  return () => handle.terminate();
}

async function orphansOf(
  { world }: BedrockPipeline,
  { run }: CustomizedRun,
  ...options: string[]
): Promise<(Orphan & { removed?: boolean })[]> {
  const env = { ...sharedRegion().env, AWS_ENDPOINT_URL_BEDROCK: world.url };
  const { stdout } = await cli(['orphans', '--json', ...options], { env });
  const { orphans } = JSON.parse(stdout) as { orphans: Orphan[] };
  return orphans.filter((orphan) => orphan.run.includes(`/${run.name}/`));
}

const short = ({ kind, name }: Orphan): string => `${kind} ${name}`;
const DELETE = ['--delete', '--yes'];

it('a candidate of a run that was terminated goes, with its model; what serves is put back to the model before', async () => {
  const bedrock = await bedrockPipeline();
  const { pipeline, world } = bedrock;
  const first = await bedrock.customized();
  const { name } = first.run;
  const release = { run: first.run, account, record: handedDown, model: first.model, options: onDemand, name };
  await settled(pipeline.submitRelease, release);
  await settled(pipeline.awaitRelease, { ...release, data: first.data, created: true, wording, keep: 5 });

  const second = await bedrock.customized(name);
  const terminate = await open(workflowIdOf(second.run));
  const next = { run: second.run, account, options: onDemand };
  const beside = await settled(pipeline.submitCandidate, {
    ...next,
    model: second.model.customModel,
    servedName: name,
  });
  await settled(pipeline.awaitCandidate, { ...next, model: second.model.customModel, name: beside.name });
  await settled(pipeline.submitRelease, { ...release, run: second.run, model: second.model });
  expect(await orphansOf(bedrock, second)).toEqual([]);

  await terminate();
  const candidate = candidateDeploymentName(second.run);
  const found = await orphansOf(bedrock, second);
  const own = `custom model ${second.run.name}-${second.run.id}`;
  expect(found.map(short).sort()).toEqual([own, `deployment ${candidate}`, `deployment ${name}`].sort());
  expect(found.find((each) => each.name === name)).toMatchObject({ previous: first.model.customModel, bills: false });
  expect((await orphansOf(bedrock, second, ...DELETE)).every(({ removed }) => removed)).toBe(true);
  expect(await orphansOf(bedrock, second)).toEqual([]);
  const served = await world.bedrock.send(
    new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: name }),
  );
  expect(served).toMatchObject({ status: 'Active', modelArn: first.model.customModel });
});

it('a throughput whose guard was terminated is found, although it was handed over', async () => {
  const bedrock = await bedrockPipeline();
  const { pipeline } = bedrock;
  const { run, model, data } = await bedrock.customized();
  const guard = { id: guardIdOf(run, 'served'), expiresAt: new Date(Date.now() + 3_600_000).toISOString() };
  const terminate = await open(guard.id);
  const options = { to: 'bedrock-provisioned', modelUnits: 2, commitment: 'none', guard } as const;
  const release = { run, account, record: handedDown, model, options, name: run.name };
  await settled(pipeline.submitRelease, release);
  await settled(pipeline.awaitRelease, { ...release, data, created: true, wording, keep: 5 });
  const throughputs = async (...more: string[]) =>
    (await orphansOf(bedrock, { run, model, data }, ...more)).filter(({ kind }) => kind === 'provisioned throughput');
  expect(await throughputs()).toEqual([]);
  await terminate();
  expect(await throughputs()).toMatchObject([{ name: run.name, ended: 'terminated', bills: true, modelUnits: 2 }]);
  expect(await throughputs(...DELETE)).toMatchObject([{ removed: true }]);
  expect(await throughputs()).toEqual([]);
});
