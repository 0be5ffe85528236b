/** A Temporal of the test's own, with a database file, that is away while its schedule is due. */
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { partsOf } from '../../cli/schedules/definition.ts';
import { INDEXED } from '../../cli/workers/search-attributes.ts';
import { installTools } from '../../local/tools.ts';
import { scheduleIdOf } from '../../spec/naming.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import { specSchema } from '../../spec/spec.ts';
import { eventually } from '../support/eventually.ts';
import { SHARED_TOOLS, temporaryDirectory } from '../support/region.ts';
import { fakeActivities } from '../workflows/fake-activities.ts';
import { RETRAIN_SPEC, workflowBundle } from '../workflows/harness.ts';

const account = { region: 'us-east-1', bucket: 'bucket', roleArn: 'arn:aws:iam::000000000000:role/r' };

/** A schedule that fires each second, as a person's does each week. */
function parts() {
  const spec = specSchema.parse(parse(RETRAIN_SPEC));
  const input = { version: RUN_VERSION, spec, account, source: { uri: 's3://b/s.tar.gz', sha256: 'b'.repeat(64) } };
  const setBy = { by: 'ana@laptop', at: new Date().toISOString(), file: 'temper.yaml' };
  return partsOf({ input, retrain: { every: '1s', timezone: 'UTC', catchUp: '10m' }, setBy, phase: 0 });
}

/** The times that the name's firings were scheduled for, in milliseconds, the first one first. */
async function firingsOf(client: Client): Promise<number[]> {
  const times: number[] = [];
  for await (const { searchAttributes } of client.workflow.list({ query: 'WorkflowType = "retrain"' })) {
    const [at] = (searchAttributes.TemporalScheduledStartTime ?? []) as Date[];
    if (at) times.push(at.getTime());
  }
  return times.sort((one, other) => one - other);
}

it('an outage over several due firings is made up for by one at most', async () => {
  const { temporal: path } = await installTools({ directory: SHARED_TOOLS, env: process.env });
  const dbFilename = join(await temporaryDirectory(), 'temporal.db');
  const serve = (port?: number) =>
    TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'existing-path', path }, dbFilename, ...(port !== undefined && { port }) },
    });
  const first = await serve();
  const { address } = first;
  await first.connection.operatorService.addSearchAttributes({ namespace: 'default', searchAttributes: INDEXED });
  const { policies, ...others } = parts();
  expect(policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 600_000, pauseOnFailure: true });
  // Each firing skips, and so is over at once: nothing but the policy keeps missed ones from following one another.
  const { prepareInputs: _, ...activities } = fakeActivities({
    lookUpFiring: async () => ({
      spent: { month: '2026-11', usd: 0, runs: 0 },
      open: ['temper/reviews/bbbb'],
      paused: false,
      outOfBudget: false,
    }),
  }).activities;
  const work = async (environment: TestWorkflowEnvironment) => {
    const { nativeConnection: connection } = environment;
    const taskQueue = others.action.taskQueue;
    const worker = await Worker.create({ connection, taskQueue, workflowBundle: await workflowBundle(), activities });
    const running = worker.run();
    return async () => {
      worker.shutdown();
      await running;
    };
  };
  const stop = await work(first);
  await first.client.schedule.create({ scheduleId: scheduleIdOf('reviews'), policies, ...others });
  await eventually('two firings', async () => ((await firingsOf(first.client)).length >= 2 ? true : undefined));
  await stop();
  await first.teardown();

  const gone = Date.now();
  await eventually('three firings that are due', async () => (Date.now() - gone > 3_000 ? true : undefined));
  const back = Date.now();
  const second = await serve(Number(address.split(':')[1]));
  const stopAgain = await work(second);
  onTestFinished(async () => {
    await stopAgain();
    await second.teardown();
  });
  const { client } = second;
  await eventually('two firings after the outage', async () =>
    (await firingsOf(client)).filter((time) => time > back + 1_000).length >= 2 ? true : undefined,
  );
  const missed = (await firingsOf(client)).filter((time) => time > gone && time < back - 1_000);
  expect(missed.length).toBeLessThanOrEqual(1);
});
