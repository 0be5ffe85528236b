/** Runs that are cancelled at any moment: what bills, or would stand in the way of the next run, is gone. */
import { expect, it } from 'vitest';
import { startCli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { startWorkerProcess } from '../e2e/worker-process.ts';
import { AwsProxy } from '../support/aws-proxy.ts';
import { sharedRegion } from '../support/region.ts';
import { resourcesOf } from '../support/runs.ts';
import { atEach, MOMENTS, runTo } from './moments.ts';

const NOTHING = { said: '', underWay: [], models: 0, configs: 0, endpoints: [], uploads: 0 };

it('a run that is cancelled at any moment leaves nothing that bills', async () => {
  const env = await ownNamespace();
  const proxy = await AwsProxy.start(sharedRegion(), env);
  await startWorkerProcess(proxy.env);
  const moments = {
    'while it uploads': { operation: 'PutObject', when: 'before', within: 'sourcedir.tar.gz' },
    ...MOMENTS,
  } as const;
  const left = await atEach(moments, async (moment) => {
    const { project, release, ended } = await runTo(proxy, proxy.env, moment);
    // Commands of one process share its variables: one with other addresses would lead uploads of the next run past the proxy.
    const cancel = startCli(['cancel', project.name], { env: proxy.env });
    await until(() => cancel.stderr().includes('cancelling'));
    release();
    await cancel.done;
    const said = await ended('cancelled');
    const { training, transform, ...rest } = await resourcesOf(env, project.name);
    const underWay = [...training, ...transform].filter((status) => status === 'InProgress' || status === 'Stopping');
    return { said, underWay, ...rest };
  });
  const nothing = Object.fromEntries(Object.keys(moments).map((name) => [name, NOTHING]));
  // Too late: who asks the endpoint hands it over at once, and a cancel waits for that, so that no half of it is left.
  const handedOver = { models: 1, configs: 1, endpoints: ['InService'], said: expect.stringContaining('✔ deploy') };
  expect(left).toEqual({ ...nothing, 'while it asks the endpoint': { ...NOTHING, ...handedOver } });
});
