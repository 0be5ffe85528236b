/** What a run costs beside its jobs: the calls it makes, and the events that Temporal keeps of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { cli } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { AwsProxy } from '../support/aws-proxy.ts';
import { keywordRows } from '../support/keyword-project.ts';
import { sharedRegion, temporaryDirectory } from '../support/region.ts';
import { type Env, expectExit, project, recordOf } from '../support/runs.ts';
import { uniqueName } from '../support/unique-name.ts';
import { startWorkerProcess } from './worker-process.ts';

const LOOK = /^(Describe(TrainingJob|TransformJob)|Get(ModelCustomizationJob|CustomModelDeployment|CustomModel))$/;

/** Numbers of calls by operation. A job is looked at as often as it takes, which counts as once. */
function callsOf({ done }: AwsProxy): Record<string, number> {
  const counts: Record<string, number> = {};
  const looked = new Set<string>();
  for (const { operation, name } of done) {
    if (LOOK.test(operation)) {
      if (looked.has(name)) continue;
      looked.add(name);
    }
    counts[operation] = (counts[operation] ?? 0) + 1;
  }
  return counts;
}

async function eventsOf(env: Env, name: string): Promise<number> {
  const { run } = await recordOf(env, name);
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  onTestFinished(() => connection.close());
  const client = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '' });
  return (await client.workflow.getHandle(run).describe()).historyLength;
}

it('is what docs/performance.md accounts for', async () => {
  const env = await ownNamespace();
  const proxy = await AwsProxy.start(sharedRegion(), env);
  await startWorkerProcess(proxy.env);
  const { name, specFile } = await project();

  expectExit(await cli(['run', specFile], { env: proxy.env }), EXIT.done);
  // How often an endpoint is looked at depends on how fast it comes up.
  const { DescribeEndpoint: _, ...first } = callsOf(proxy);
  expect(first).toEqual({
    ListObjectsV2: 1,
    HeadObject: 6,
    PutObject: 7,
    GetObject: 4,
    CreateTrainingJob: 1,
    DescribeTrainingJob: 1,
    CreateModel: 2,
    DescribeModel: 1,
    ListTags: 1,
    CreateTransformJob: 1,
    DescribeTransformJob: 1,
    CreateEndpointConfig: 1,
    DescribeEndpointConfig: 2,
    CreateEndpoint: 1,
    InvokeEndpoint: 1,
    AddTags: 1,
  });
  expect(await eventsOf(env, name)).toBeLessThanOrEqual(53);

  proxy.done.length = 0;
  expectExit(await cli(['run', specFile, '--set', `train.base=run:${name}`], { env: proxy.env }), EXIT.done);
  const { DescribeEndpoint: __, ...second } = callsOf(proxy);
  expect(second).toEqual({
    ListObjectsV2: 2,
    HeadObject: 8,
    PutObject: 5,
    GetObject: 7,
    CreateTrainingJob: 1,
    DescribeTrainingJob: 1,
    CreateModel: 3,
    DescribeModel: 1,
    ListTags: 3,
    CreateTransformJob: 2,
    DescribeTransformJob: 2,
    DeleteModel: 1,
    CreateEndpointConfig: 1,
    DescribeEndpointConfig: 3,
    UpdateEndpoint: 1,
    InvokeEndpoint: 1,
    AddTags: 2,
  });
  expect(await eventsOf(env, name)).toBeLessThanOrEqual(58);
});

it('of a run on Bedrock is what docs/performance.md accounts for', async () => {
  const env = await ownNamespace();
  const proxy = await AwsProxy.start(sharedRegion(), env);
  await startWorkerProcess(proxy.env);
  const directory = await temporaryDirectory();
  const name = uniqueName('cost');
  const specFile = join(directory, 'temper.yaml');
  await writeFile(
    join(directory, 'data.jsonl'),
    keywordRows(60)
      .map((row) => JSON.stringify(row))
      .join('\n'),
  );
  await writeFile(
    specFile,
    `name: ${name}
data: { source: data.jsonl, split: { test: 0.2 } }
train: { engine: bedrock, base: amazon.nova-lite-v1:0 }
evaluate: {}
deploy: { to: bedrock-on-demand }
`,
  );
  const first = await callsOfRun(specFile, proxy);
  expect(first).toEqual({
    HeadObject: 6,
    CreateModelCustomizationJob: 1,
    GetModelCustomizationJob: 1,
    CreateCustomModelDeployment: 1,
    GetCustomModelDeployment: 2,
    // Base and candidate on twelve rows, and the smoke test.
    Converse: 25,
    ListCustomModels: 1,
    ListTagsForResource: 1,
    TagResource: 1,
  });
  expect(await eventsOf(env, name)).toBeLessThanOrEqual(57);

  const second = await callsOfRun(specFile, proxy);
  expect(second).toEqual({
    HeadObject: 6,
    CreateModelCustomizationJob: 1,
    GetModelCustomizationJob: 1,
    CreateCustomModelDeployment: 1,
    GetCustomModelDeployment: 2,
    UpdateCustomModelDeployment: 1,
    DeleteCustomModelDeployment: 1,
    Converse: 25,
    ListCustomModels: 1,
    ListTagsForResource: 6,
    TagResource: 2,
  });
  expect(await eventsOf(env, name)).toBeLessThanOrEqual(69);
});

/** The calls of one run; without those that depend on the machine, as answers are saved about each second. */
async function callsOfRun(specFile: string, proxy: AwsProxy): Promise<Record<string, number>> {
  proxy.done.length = 0;
  expectExit(await cli(['run', specFile], { env: proxy.env }), EXIT.done);
  const { GetObject: _, PutObject: __, ListObjectsV2: ___, ...calls } = callsOf(proxy);
  return calls;
}
