/** Schedules of a test's own in the shared region's Temporal, with a real ledger in its S3; what their runs do is only answered. */
import { randomUUID } from 'node:crypto';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import type { Client, ScheduleDescription, ScheduleHandle, WorkflowHandle } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { Worker } from '@temporalio/worker';
import { parse } from 'yaml';
import { writeRequest } from '../../activities/retraining/requests.ts';
import { createRetrainingActivities } from '../../activities/retraining/retraining.ts';
import { partsOf } from '../../cli/schedules/definition.ts';
import { firingIdOf, scheduleIdOf } from '../../spec/naming.ts';
import { RUN_VERSION } from '../../spec/record.ts';
import type { Asked, Firing } from '../../spec/retrain.ts';
import { type Spec, specSchema } from '../../spec/spec.ts';
import type { retrain } from '../../workflows/index.ts';
import type { RetrainInput } from '../../workflows/messages.ts';
import { type AllActivities, fakeActivities } from '../workflows/fake-activities.ts';
import { RETRAIN_SPEC, workflowBundle } from '../workflows/harness.ts';
import { account, aws, clients } from './activities.ts';
import { eventually } from './eventually.ts';
import { releaseHeld } from './held.ts';
import { sharedRegion } from './region.ts';

export interface StartedSchedule {
  readonly name: string;
  readonly client: Client;
  readonly handle: ScheduleHandle;
  /** Adds an object to the data of the schedule's spec. */
  put(key: string, body: string): Promise<void>;
  /** Triggers it as `temper schedule trigger` does; without `asked`, as the Temporal UI does. */
  trigger(asked?: Asked, overlap?: number): Promise<WorkflowHandle<typeof retrain>>;
  /** Triggers it in the same way once no firing is under way, and gives what becomes of the firing. */
  fire(asked?: Asked): Promise<Firing>;
  /** Gives it another spec. */
  update(change: (specText: string) => string): Promise<ScheduleDescription>;
}

export interface ScheduleOptions {
  readonly spec?: string;
  readonly activities?: Partial<AllActivities>;
  readonly prices?: RetrainInput['prices'];
}

/** A schedule of a name of its own, which fires when it is triggered, and its worker; both are gone after the body. */
export async function withSchedule<T>(
  { spec: given = RETRAIN_SPEC, activities: overrides = {}, prices }: ScheduleOptions,
  body: (started: StartedSchedule) => Promise<T>,
): Promise<T> {
  const environment = await TestWorkflowEnvironment.createFromExistingServer({
    address: sharedRegion().temporalAddress,
  });
  const { client, nativeConnection: connection } = environment;
  const name = `scheduled-${randomUUID().slice(0, 8)}`;
  const prefix = `${name}/data/`;
  const specOf = (text: string): Spec => ({
    ...specSchema.parse(parse(text.replace(/s3:\/\/bucket\/reviews\//, `s3://${account.bucket}/${prefix}`))),
    name,
  });
  const taskQueue = `schedule-${name}`;
  const { lookUpFiring, compareData, keepData, recordFiring, noteFirings, askForRecord } = createRetrainingActivities({
    aws,
  });
  const real = { lookUpFiring, compareData, keepData, recordFiring, noteFirings, askForRecord };
  const { prepareInputs: _, ...activities } = fakeActivities({ ...real, ...overrides }).activities;
  const worker = await Worker.create({ connection, taskQueue, workflowBundle: await workflowBundle(), activities });
  const working = worker.run();
  const parts = (text: string) => {
    const spec = specOf(text);
    const source = { uri: 's3://bucket/sourcedir.tar.gz', sha256: 'b'.repeat(64) };
    const input: RetrainInput = { version: RUN_VERSION, spec, account, source, ...(prices && { prices }) };
    const setBy = { by: 'ana@laptop', at: new Date().toISOString(), file: 'temper.yaml' };
    const all = partsOf({ input, retrain: spec.retrain ?? fail(), setBy, phase: 0 });
    return { ...all, action: { ...all.action, taskQueue } };
  };
  const handle = await client.schedule.create({ scheduleId: scheduleIdOf(name), ...parts(given) });
  let last = 0;
  const trigger: StartedSchedule['trigger'] = async (asked, overlap = SKIP) => {
    // No two for the same second: that would be the same firing.
    last = Math.max(last + 1000, Math.floor(Date.now() / 1000) * 1000);
    const scheduledAt = new Date(last).toISOString().replace('.000Z', 'Z');
    if (asked) await writeRequest(clients.s3, { bucket: account.bucket, name, scheduledAt }, asked);
    await client.workflowService.patchSchedule({
      namespace: client.options.namespace,
      scheduleId: scheduleIdOf(name),
      requestId: randomUUID(),
      patch: { triggerImmediately: { overlapPolicy: overlap, scheduledTime: msToTs(last) } },
    });
    return client.workflow.getHandle<typeof retrain>(`${firingIdOf(name)}-${scheduledAt}`);
  };
  const fire: StartedSchedule['fire'] = async (asked) => {
    await eventually('no firing under way', async () =>
      (await handle.describe()).info.runningActions.length === 0 ? true : undefined,
    );
    const firing = await trigger(asked);
    await eventually(`the firing ${firing.workflowId}`, () => firing.describe().catch(() => undefined));
    return firing.result();
  };
  try {
    return await body({
      name,
      client,
      handle,
      put: async (key, Body) => {
        await clients.s3.send(new PutObjectCommand({ Bucket: account.bucket, Key: prefix + key, Body }));
      },
      trigger,
      fire,
      update: async (change) => {
        const wanted = parts(change(given));
        // Temporal drops a change that meets another one, such as that of the note, without a word.
        return eventually('the schedule with its new spec', async () => {
          await handle.update((before) => ({ ...before, ...wanted }));
          const described = await handle.describe();
          return isSame(described.action.args, wanted.action.args) ? described : undefined;
        });
      },
    });
  } finally {
    releaseHeld();
    await handle.delete();
    worker.shutdown();
    await working;
    await environment.teardown();
  }
}

/** ScheduleOverlapPolicy of Temporal's API. */
const SKIP = 1;

function fail(): never {
  throw new Error('the spec has no retrain:');
}

/** As Temporal keeps it: without what is undefined. */
const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);
