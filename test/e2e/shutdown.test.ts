/** A worker that is told to stop ends what is under way, and leaves the rest to the next one. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { cli, startCli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { ownRegion, temporaryDirectory } from '../support/region.ts';
import { type Env, project, resourcesOf } from '../support/runs.ts';
import { kill, startWorkerProcess } from './worker-process.ts';

// PendingActivityState STARTED: a worker has it.
const STARTED = 2;

async function clientOf(env: Env): Promise<Client> {
  const connection = await Connection.connect({ address: env.TEMPORAL_ADDRESS ?? '' });
  onTestFinished(() => connection.close());
  return new Client({ connection, namespace: env.TEMPORAL_NAMESPACE ?? 'default' });
}

/** The workflow id of the newest run of a name, once a worker works on an activity of it. */
async function whileWorkingOn(client: Client, env: Env, name: string, activity: string): Promise<string> {
  let run = '';
  await until(async () => {
    const { runs = [] } = JSON.parse((await cli(['ls', '--name', name, '--json'], { env })).stdout) as {
      runs?: { run: string }[];
    };
    run = runs[0]?.run ?? '';
    if (run === '') return false;
    const { raw } = await client.workflow.getHandle(run).describe();
    return (raw.pendingActivities ?? []).some(
      ({ activityType, state }) => activityType?.name === activity && state === STARTED,
    );
  });
  return run;
}

/** How often an activity of a run was tried until it was done. */
async function attemptsOf(client: Client, run: string, activity: string): Promise<number | undefined> {
  const { events = [] } = await client.workflow.getHandle(run).fetchHistory();
  const scheduled = (events ?? []).find(
    ({ activityTaskScheduledEventAttributes: each }) => each?.activityType?.name === activity,
  );
  const started = (events ?? []).find(
    ({ activityTaskStartedEventAttributes: each }) =>
      each && String(each.scheduledEventId) === String(scheduled?.eventId),
  );
  return started?.activityTaskStartedEventAttributes?.attempt ?? undefined;
}

it('a create that is under way is carried through, and known, before the worker is gone', async () => {
  const slow = { operation: 'CreateTrainingJob', delay: '3s', times: 1 };
  const { env } = await ownRegion({ faults: { rules: [slow] } });
  const client = await clientOf(env);
  const first = await startWorkerProcess(env);
  const { name, specFile } = await project({ rest: '', evaluated: false });
  const following = startCli(['run', specFile], { env });
  const run = await whileWorkingOn(client, env, name, 'submitTraining');
  await kill(first, 'SIGTERM');
  expect(first.exitCode).toBe(0);
  await startWorkerProcess(env);
  expect(await following.done).toMatchObject({ exitCode: EXIT.done });
  expect(await attemptsOf(client, run, 'submitTraining')).toBe(1);
  expect((await resourcesOf(env, name)).training).toEqual(['Completed']);
});

it('a model that does not answer does not keep a worker, and is asked again by the next one', async () => {
  const env = await ownNamespace();
  const client = await clientOf(env);
  const first = await startWorkerProcess(env);
  const go = join(await temporaryDirectory(), 'go');
  const inference = `
import json, pathlib, time

def model_fn(model_dir):
    return None

def input_fn(body, content_type):
    return body

def predict_fn(data, model):
    while not pathlib.Path("${go}").exists():
        time.sleep(0.05)

def output_fn(prediction, accept):
    return json.dumps({"label": "positive"}), accept
`;
  const { name, specFile } = await project({
    inference,
    rest: 'deploy: { to: sagemaker-endpoint }',
    evaluated: false,
  });
  const following = startCli(['run', specFile], { env });
  await until(async () => (await resourcesOf(env, name)).endpoints.includes('InService'));
  await whileWorkingOn(client, env, name, 'awaitDeployment');
  await kill(first, 'SIGTERM');
  expect(first.exitCode).toBe(0);
  await writeFile(go, '');
  await startWorkerProcess(env);
  expect(await following.done).toMatchObject({ exitCode: EXIT.done });
  expect(await resourcesOf(env, name)).toMatchObject({ training: ['Completed'], endpoints: ['InService'], models: 1 });
});
