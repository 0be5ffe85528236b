/** A run that waits for a person while every worker is down. */
import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { cli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { kill, startWorkerProcess } from '../e2e/worker-process.ts';
import { expectExit, project, recordOf } from '../support/runs.ts';

it('the deadline holds that passed while every worker was down, and no decision that came in between', async () => {
  const env = await ownNamespace();
  const worker = await startWorkerProcess(env);
  const rest = 'approve: { within: 5s, otherwise: approve }\ndeploy: { to: none }';
  const { name, specFile } = await project({ rest });
  expectExit(await cli(['run', specFile, '--detach'], { env }), EXIT.done);
  await until(async () => (await recordOf(env, name)).waiting?.for === 'approval');
  const { run, approval } = await recordOf(env, name);
  await kill(worker, 'SIGKILL');

  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  onTestFinished(() => connection.close());
  const handle = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '' }).workflow.getHandle(run);
  await handle.signal('decline', { by: 'ana', evidence: approval?.evidence, comment: 'too terse' });
  const timers = async (kind: 'started' | 'fired') =>
    ((await handle.fetchHistory()).events ?? []).filter((event) =>
      kind === 'started' ? event.timerStartedEventAttributes : event.timerFiredEventAttributes,
    ).length;
  await until(async () => (await timers('fired')) === (await timers('started')));

  await startWorkerProcess(env);
  await handle.result();
  expect(await recordOf(env, name)).toMatchObject({
    outcome: 'passed',
    approval: { decision: { verdict: 'approve', how: 'deadline' } },
    refusedSignals: [
      { verdict: 'decline', reason: expect.stringMatching(/^the deadline was .*: the model is approved$/) },
    ],
  });
});
