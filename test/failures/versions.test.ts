/** Workers are restarted with changed workflow code while runs are under way. */
import { once } from 'node:events';
import { Client, Connection } from '@temporalio/client';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { cli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { kill, startWorkerProcess } from '../e2e/worker-process.ts';
import { changedBuild } from '../support/changed-build.ts';
import { type Env, expectExit, project } from '../support/runs.ts';

const RUNS = 20;
/** What is logged is no part of a history. */
const OTHER_WORDS = ['clean-up failed: ', 'could not be cleaned up: '] as const;
/** What is asked of AWS is. */
const OTHER_ACTIVITY = ['submitTraining', 'submitOtherTraining'] as const;

interface Listed {
  readonly run: string;
  readonly waiting?: string;
  readonly outcome?: string;
  readonly version?: string;
}

const listed = async (env: Env): Promise<Listed[]> =>
  (JSON.parse((await cli(['ls', '--limit', '50', '--json'], { env })).stdout) as { runs: Listed[] }).runs;

/** Starts runs that train, and then wait for somebody to approve. */
async function runsThatWait(env: Env, count: number): Promise<string[]> {
  await Promise.all(
    Array.from({ length: count }, async () => {
      const { specFile } = await project({ evaluated: false, rest: 'approve: manual\ndeploy: { to: none }' });
      expectExit(await cli(['run', specFile, '--detach'], { env }), EXIT.done);
    }),
  );
  await until(async () => (await listed(env)).every(({ waiting }) => waiting === 'approval'));
  const runs = await listed(env);
  expect(runs).toHaveLength(count);
  return runs.map(({ run }) => run);
}

/** What the Temporal UI shows of a run, by what some worker answers. */
async function pageOf({ TEMPORAL_ADDRESS: address = '', TEMPORAL_NAMESPACE: namespace = '' }: Env, run: string) {
  const connection = await Connection.connect({ address });
  try {
    const handle = new Client({ connection, namespace }).workflow.getHandle(run);
    return (await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
  } finally {
    await connection.close();
  }
}

const versionIn = (said: string): string | undefined => /, version ([0-9a-f]{12}),/.exec(said)?.[1];

it('runs go on with changed code that replays them, and wait for their own where it does not', async () => {
  const env = await ownNamespace();
  const first = await startWorkerProcess(env);
  const [runs, compatible, incompatible] = await Promise.all([
    runsThatWait(env, RUNS),
    changedBuild(...OTHER_WORDS),
    changedBuild(...OTHER_ACTIVITY),
  ]);
  await kill(first, 'SIGKILL');

  const second = await startWorkerProcess(env, { main: compatible });
  await until(() => second.said().includes(`${RUNS} runs of it, which this code replays, go on with it: `));
  const versions = new Set((await listed(env)).map(({ version }) => version));
  expect([...versions]).toEqual([versionIn(second.said())]);
  expect(versionIn(second.said())).not.toBe(versionIn(first.said()));
  await kill(second, 'SIGKILL');

  const third = await startWorkerProcess(env, { main: incompatible });
  await until(() => third.said().includes(`${RUNS} runs of it cannot go on with this code: `));
  // Each waits some seconds for a worker that could answer.
  const [shown, waiting, doctor] = await Promise.all([
    cli(['show', runs[0] ?? '', '--json'], { env }),
    listed(env),
    cli(['doctor'], { env }),
  ]);
  expect(JSON.parse(shown.stdout)).toMatchObject({ error: { code: 'NoWorkerOfVersion' } });
  const lacking = `a worker of version ${[...versions][0]}`;
  expect(waiting).toEqual(runs.map((run) => expect.objectContaining({ run, waiting: lacking })));
  expect(doctor.stdout).toContain(`runs wait for a worker of their version: ${RUNS} of `);

  const back = await startWorkerProcess(env, { main: compatible, options: ['--drain'] });
  const ended = once(back, 'exit');
  const approved = await Promise.all(runs.map((run) => cli(['approve', run, '--by', 'ana'], { env })));
  for (const result of approved) expectExit(result, EXIT.done);
  expect(await ended).toEqual([0, null]);
  expect((await listed(env)).map(({ outcome }) => outcome)).toEqual(runs.map(() => 'passed'));
});

it('runs stay with the machines that still have their code, and their pages outlive it', async () => {
  const env = await ownNamespace();
  const [own, other] = [await startWorkerProcess(env), await startWorkerProcess(env)];
  const [run = ''] = await runsThatWait(env, 1);
  await kill(other, 'SIGKILL');
  const changed = await changedBuild(...OTHER_WORDS);
  const newer = await startWorkerProcess(env, { main: changed });
  await until(() => newer.said().includes('1 run of version'));
  expectExit(await cli(['approve', run, '--by', 'ana'], { env }), EXIT.done);
  expect(newer.said()).toMatch(/1 run of version [0-9a-f]{12} goes on with the workers that have it/);
  expect((await listed(env))[0]?.version).not.toBe(versionIn(newer.said()));
  await until(async () => (await listed(env))[0]?.outcome === 'passed');
  await kill(own, 'SIGKILL');
  expect(await pageOf(env, run)).toMatch(/^### Passed\n/);
});
