import { randomBytes } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import { loadBundle } from '../../cli/workers/bundle.ts';
import { ownTemporal } from '../support/own-temporal.ts';
import { sharedRegion } from '../support/region.ts';
import { cli, startCli, until } from './support/cli.ts';
import { newNamespace, project, SPEC } from './support/pipeline.ts';

// From the sources that takes seconds, which no worker of a user's takes.
beforeAll(loadBundle);

/** No run has left such a model to start from. */
const UNFOUNDED = SPEC.replace('run:movie-reviews', `run:none-${randomBytes(3).toString('hex')}`);

it('registers what runs are found by, works on runs, and ends in order when told to', async () => {
  const env = await newNamespace();
  const worker = startCli(['worker', '--json'], { env });
  await until(() => worker.stdout() !== '');
  expect(JSON.parse(worker.stdout())).toMatchObject({
    event: 'worker.ready',
    taskQueue: 'temper',
    version: expect.stringMatching(/^[0-9a-f]{12}$/),
  });

  const options = {
    env,
    cwd: await project(UNFOUNDED),
  };
  const { exitCode, stdout } = await cli(['run', 'temper.yaml'], options);
  expect(stdout).toContain('failed in data (BaseNotFound)');
  expect(exitCode).toBe(1);

  worker.interrupt();
  expect(await worker.done).toMatchObject({ exitCode: 0 });
});

it('is what a namespace without search attributes asks for', async () => {
  const { exitCode, stderr } = await cli(['run', 'temper.yaml'], {
    env: await newNamespace(),
    cwd: await project(SPEC),
  });
  expect(stderr).toContain('fix: a worker registers it when it starts: temper worker');
  expect(exitCode).toBe(1);
});

it('says once where Temporal keeps no versions, and works all the same', async () => {
  const temporal = await ownTemporal({ 'system.enableDeploymentVersions': false });
  const env = { ...sharedRegion().env, TEMPORAL_ADDRESS: temporal.address };
  const worker = startCli(['worker'], { env });
  await until(() => worker.stdout().includes('worker ready'));
  const run = await cli(['run', 'temper.yaml'], { env, cwd: await project(UNFOUNDED) });
  expect(run.stdout).toContain('failed in data (BaseNotFound)');
  worker.interrupt();
  const { exitCode, stdout, stderr } = await worker.done;
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.not.stringContaining('version') });
  expect(stderr.match(/keeps no versions of workers/g)).toHaveLength(1);
});
