/** Runs that wait for a person while every worker is down. */
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { toldTo } from '../../local/index.ts';
import type { Decision } from '../../spec/approval.ts';
import { parseWorkflowId } from '../../spec/naming.ts';
import { decideUpdate, declineSignal } from '../../workflows/messages.ts';
import { cli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { kill, startWorkerProcess } from '../e2e/worker-process.ts';
import { sharedRegion } from '../support/region.ts';
import { type Env, expectExit, project, recordOf } from '../support/runs.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:temper';
const SPEC = `approve: { within: 10s, otherwise: approve }
deploy: { to: none }
notify: { topic: "${TOPIC}", on: [approval, passed] }`;

/** A run that waits for approval, and the decision that is not to count. */
async function waitingRun(env: Env): Promise<{ run: string; decision: Decision }> {
  const { name, specFile } = await project({ evaluated: false, rest: SPEC });
  expectExit(await cli(['run', specFile, '--detach'], { env }), EXIT.done);
  await until(async () => (await recordOf(env, name)).waiting?.for === 'approval');
  const { run, approval } = await recordOf(env, name);
  return { run, decision: { verdict: 'decline', by: 'ana', evidence: approval?.evidence ?? '', comment: 'too terse' } };
}

async function timerIsOver(handle: WorkflowHandle): Promise<void> {
  const timers = async (kind: 'started' | 'fired') =>
    ((await handle.fetchHistory()).events ?? []).filter((event) =>
      kind === 'started' ? event.timerStartedEventAttributes : event.timerFiredEventAttributes,
    ).length;
  await until(async () => (await timers('fired')) === (await timers('started')));
}

it('the deadline holds that passed while every worker was down, and no decision that came in between', async () => {
  const env = await ownNamespace();
  const worker = await startWorkerProcess(env);
  const [signalled, updated] = await Promise.all([waitingRun(env), waitingRun(env)]);
  await kill(worker, 'SIGKILL');

  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  onTestFinished(() => connection.close());
  const { workflow } = new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? '' });
  const [toSignal, toUpdate] = [workflow.getHandle(signalled.run), workflow.getHandle(updated.run)];
  await toSignal.signal(declineSignal, signalled.decision);
  const answer = toUpdate.executeUpdate(decideUpdate, { args: [updated.decision] }).catch(({ cause }) => cause);
  // The server holds it for a worker.
  await until(async () => !!(await toUpdate.describe()).raw.pendingWorkflowTask);
  await Promise.all([timerIsOver(toSignal), timerIsOver(toUpdate)]);

  await startWorkerProcess(env);
  const reason = expect.stringMatching(/^the deadline was .*: the model is approved$/) as string;
  expect(await answer).toMatchObject({ type: 'ApprovalOver', message: reason });
  await Promise.all([toSignal.result(), toUpdate.result()]);
  const byDeadline = { outcome: 'passed', approval: { decision: { verdict: 'approve', how: 'deadline' } } };
  expect(await recordOf(env, signalled.run)).toMatchObject({
    ...byDeadline,
    refusedSignals: [{ verdict: 'decline', reason }],
  });
  expect(await recordOf(env, updated.run)).toMatchObject(byDeadline);
  // People are told by the worker that came, of what the other one had no time to tell as well.
  const told = (await toldTo(sharedRegion())).filter(({ message }) => message.includes(updated.run));
  const name = parseWorkflowId(updated.run)?.name;
  expect(told.map(({ subject }) => subject)).toEqual(
    expect.arrayContaining(
      ['waits for approval', 'was approved by its deadline', 'passed'].map((what) => `${name} ${what}`),
    ),
  );
});
