/** Runs whose worker, CLI, SageMaker or Temporal is killed: they go on, and nothing is lost, doubled or left behind. */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { s3Keys } from '../../spec/naming.ts';
import { cli, startCli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { kill, MAIN, startWorkerProcess } from '../e2e/worker-process.ts';
import { sageMakerProcess, serverOptions } from '../local/sagemaker/support.ts';
import { AwsProxy } from '../support/aws-proxy.ts';
import { childrenOf } from '../support/processes.ts';
import { ownRegion, sharedRegion } from '../support/region.ts';
import { expectExit, HANDED_OVER, keysOf, project, resourcesOf } from '../support/runs.ts';
import { atEach, MOMENTS, runTo } from './moments.ts';

it('a worker that is killed at any moment is replaced by another, and every run passes', async () => {
  const env = await ownNamespace();
  const proxy = await AwsProxy.start(sharedRegion(), env);
  const worker = await startWorkerProcess(proxy.env);
  const moments = {
    ...MOMENTS,
    'while the model becomes the newest of its name': { operation: 'PutObject', when: 'after', within: '/models/' },
  } as const;
  const held = await atEach(moments, (moment) => runTo(proxy, env, moment));
  await kill(worker, 'SIGKILL');
  await startWorkerProcess(proxy.env);
  const left = await Promise.all(
    Object.entries(held).map(async ([moment, run]) => {
      const said = await run.ended('done');
      const { name } = run.project;
      const cards = await keysOf(env, s3Keys.modelCards(name));
      return [moment, { said, ...(await resourcesOf(env, name)), cards: cards.length }] as const;
    }),
  );
  const once = { said: '', ...HANDED_OVER, cards: 1 };
  expect(Object.fromEntries(left)).toEqual(Object.fromEntries(Object.keys(moments).map((name) => [name, once])));
});

it('an upload goes on where the CLI was killed, and sends no part twice', async () => {
  const env = await ownNamespace();
  const proxy = await AwsProxy.start(sharedRegion(), env);
  await startWorkerProcess(env);
  const { name, specFile } = await project({ rest: 'deploy: { to: none }' });
  // Four parts of 5 MiB; what is random does not get smaller in an archive.
  await writeFile(join(dirname(specFile), 'weights.bin'), randomBytes(20_000_000));
  const { reached } = proxy.hold({ operation: 'UploadPart', when: 'after', name });
  const uploading = spawn(process.execPath, [MAIN, 'run', specFile], {
    env: { PATH: process.env.PATH, ...proxy.env },
    stdio: 'ignore',
  });
  onTestFinished(() => kill(uploading, 'SIGKILL'));
  await reached;
  await kill(uploading, 'SIGKILL');
  expectExit(await cli(['upload', name], { env: proxy.env }), EXIT.done);
  expectExit(await cli(['watch', name], { env }), EXIT.done);
  const parts = proxy.done.filter(({ operation }) => operation === 'UploadPart');
  expect(parts).toHaveLength(4);
  const { training, uploads } = await resourcesOf(env, name);
  expect({ training, uploads }).toEqual({ training: ['Completed'], uploads: 0 });
});

it('a job goes on when SageMaker is killed under it and comes back', async () => {
  const env = await ownNamespace();
  const options = await serverOptions();
  const first = await sageMakerProcess(options);
  const proxy = await AwsProxy.start({ ...sharedRegion(), sagemakerUrl: first.url }, env);
  await startWorkerProcess(proxy.env);
  const { name, specFile, go } = await project({ waits: true });
  const run = startCli(['run', specFile], { env: proxy.env });
  await until(async () => (await resourcesOf(proxy.env, name)).training.includes('InProgress'));
  await kill(first.child, 'SIGKILL');
  await until(() => run.stdout().includes('trying again'));
  proxy.sagemakerUrl = (await sageMakerProcess(options)).url;
  await writeFile(go, '');
  expectExit(await run.done, EXIT.done);
  expect(await resourcesOf(proxy.env, name)).toEqual(HANDED_OVER);
});

it('a run goes on when Temporal and S3 are killed and come back', async () => {
  const before = childrenOf(process.pid);
  const events: string[] = [];
  const { env } = await ownRegion({ onProgress: (line) => events.push(line) });
  const services = childrenOf(process.pid).filter((pid) => !before.includes(pid));
  expect(services).toHaveLength(2);
  await startWorkerProcess(env);
  const { name, specFile, go } = await project({ waits: true });
  const run = startCli(['run', specFile], { env });
  await until(async () => (await resourcesOf(env, name)).training.includes('InProgress'));
  for (const pid of services) process.kill(pid, 'SIGKILL');
  await until(() => ['Temporal is back', 'MiniStack is back'].every((line) => events.includes(line)));
  await writeFile(go, '');
  expectExit(await run.done, EXIT.done);
  expect(await resourcesOf(env, name)).toEqual(HANDED_OVER);
});
