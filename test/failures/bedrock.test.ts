/** Runs on Bedrock whose worker is killed, or that are cancelled, at any moment: nothing is paid twice or left behind. */
import { randomInt } from 'node:crypto';
import {
  ListCustomModelDeploymentsCommand,
  ListCustomModelsCommand,
  ListModelCustomizationJobsCommand,
} from '@aws-sdk/client-bedrock';
import { expect, it } from 'vitest';
import { s3Keys } from '../../spec/naming.ts';
import { cli, startCli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { kill, startWorkerProcess } from '../e2e/worker-process.ts';
import { ownBedrock, type World } from '../local/bedrock/support.ts';
import { AwsProxy } from '../support/aws-proxy.ts';
import { sharedRegion } from '../support/region.ts';
import { keysOf, project } from '../support/runs.ts';
import { atEach, type RunMoment, runTo } from './moments.ts';
import { threeInTen } from './three-in-ten.ts';

/** In the order of a run. */
const MOMENTS = {
  'before the customization job is created': { operation: 'CreateModelCustomizationJob', when: 'before' },
  'when the customization job is created, before anyone knows': {
    operation: 'CreateModelCustomizationJob',
    when: 'after',
  },
  'while it looks at the customization job': { operation: 'GetModelCustomizationJob', when: 'before' },
  'while it reads the metrics of the steps': { operation: 'GetObject', when: 'before', within: 'metrics.csv' },
  'before the deployment is created': { operation: 'CreateCustomModelDeployment', when: 'before' },
  'when the deployment is created, before anyone knows': { operation: 'CreateCustomModelDeployment', when: 'after' },
  'while it looks at the deployment': { operation: 'GetCustomModelDeployment', when: 'before' },
  'while it keeps the answers': { operation: 'PutObject', when: 'before', within: '/evaluation/' },
} as const satisfies Readonly<Record<string, RunMoment>>;

const HANDING_OVER = {
  'while the model becomes the newest of its name': { operation: 'PutObject', when: 'after', within: '/models/' },
  'while its run lets go of the model': { operation: 'TagResource', when: 'after' },
} as const satisfies Readonly<Record<string, RunMoment>>;

/** What of a name is in Bedrock. */
async function resourcesOf({ bedrock }: World, nameContains: string) {
  const [jobs, models, deployments] = await Promise.all([
    bedrock.send(new ListModelCustomizationJobsCommand({ nameContains })),
    bedrock.send(new ListCustomModelsCommand({ nameContains })),
    bedrock.send(new ListCustomModelDeploymentsCommand({ nameContains })),
  ]);
  return {
    jobs: (jobs.modelCustomizationJobSummaries ?? []).map(({ status }) => status),
    models: (models.modelSummaries ?? []).length,
    deployments: (deployments.modelDeploymentSummaries ?? []).map(({ status }) => status),
  };
}

/** A Bedrock of the test's own with room for all of its runs at once, behind a proxy. */
async function place() {
  const env = await ownNamespace();
  const world = await ownBedrock({ quotas: { customizationJobs: 30, deployments: 30 } });
  const proxy = await AwsProxy.start({ ...sharedRegion(), bedrockUrl: world.url }, env);
  return { env, world, proxy };
}

it('a worker that is killed at any moment of a run on Bedrock is replaced by another, and every run passes', async () => {
  const { env, world, proxy } = await place();
  const worker = await startWorkerProcess(proxy.env);
  const moments = { ...MOMENTS, ...HANDING_OVER };
  const held = await atEach(moments, (moment) => runTo(proxy, proxy.env, moment, { bedrock: true }));
  await kill(worker, 'SIGKILL');
  await startWorkerProcess(proxy.env);
  const left = await Promise.all(
    Object.entries(held).map(async ([moment, { ended, project }]) => {
      const said = await ended('done');
      const cards = await keysOf(env, s3Keys.modelCards(project.name));
      return [moment, { said, ...(await resourcesOf(world, project.name)), cards: cards.length }] as const;
    }),
  );
  const once = { said: '', jobs: ['Completed'], models: 1, deployments: ['Active'], cards: 1 };
  expect(Object.fromEntries(left)).toEqual(Object.fromEntries(Object.keys(moments).map((name) => [name, once])));
});

it('a run on Bedrock that is cancelled at any moment leaves no job, model or deployment', async () => {
  const { world, proxy } = await place();
  await startWorkerProcess(proxy.env);
  const left = await atEach(MOMENTS, async (moment) => {
    const { project, release, ended } = await runTo(proxy, proxy.env, moment, { bedrock: true });
    // As in test/failures/cancel.test.ts: commands of one process share its variables.
    const cancel = startCli(['cancel', project.name], { env: proxy.env });
    await until(() => cancel.stderr().includes('cancelling'));
    release();
    await cancel.done;
    const said = await ended('cancelled');
    const { jobs, ...rest } = await resourcesOf(world, project.name);
    const underWay = jobs.filter((status) => status === 'InProgress' || status === 'Stopping');
    return { said, underWay, ...rest };
  });
  const nothing = { said: '', underWay: [], models: 0, deployments: [] };
  expect(left).toEqual(Object.fromEntries(Object.keys(MOMENTS).map((name) => [name, nothing])));
});

it('runs on Bedrock pass, with one job, model and deployment each, while 30 % of all AWS calls fail', async () => {
  const seed = Number(process.env.TEMPER_TEST_SEED ?? randomInt(2 ** 31));
  const { world, proxy } = await place();
  proxy.setFaults(threeInTen(seed));
  await startWorkerProcess(proxy.env);
  const projects = await Promise.all(Array.from({ length: 8 }, () => project({ bedrock: true })));
  const left = await Promise.all(
    projects.map(async ({ name, specFile }) => {
      const { exitCode, stdout, stderr } = await cli(['run', specFile], { env: proxy.env });
      return { said: exitCode === 0 ? '' : stdout + stderr, ...(await resourcesOf(world, name)) };
    }),
  );
  const once = { said: '', jobs: ['Completed'], models: 1, deployments: ['Active'] };
  expect(left, `TEMPER_TEST_SEED=${seed}`).toEqual(projects.map(() => once));
});
