import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  CreateCustomModelDeploymentCommand,
  CreateProvisionedModelThroughputCommand,
  GetCustomModelDeploymentCommand,
  GetProvisionedModelThroughputCommand,
  StopModelCustomizationJobCommand,
} from '@aws-sdk/client-bedrock';
import { expect, onTestFinished, test } from 'vitest';
import { type BedrockOptions, startBedrock } from '../../../local/bedrock/server.ts';
import { eventually } from '../../support/eventually.ts';
import { uniqueName } from '../../support/unique-name.ts';
import { serve, serverOptions, World } from './support.ts';

const SERVER = fileURLToPath(new URL('server-process.mjs', import.meta.url));

/** A server in a process of its own, which ends with the test. */
async function bedrockProcess(options: BedrockOptions): Promise<{ child: ChildProcess; world: World }> {
  const child = fork(SERVER, [JSON.stringify(options)], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('message', (message: { url: string }) => resolve(message.url));
    child.once('exit', (code) => reject(new Error(`the server exited with ${code}`)));
  });
  const world = new World(url);
  onTestFinished(() => {
    child.kill('SIGKILL');
    world.close();
  });
  return { child, world };
}

test('killed and started again, it goes on with everything that was under way', async () => {
  const slow = { operation: 'CreateCustomModelDeployment', name: 'slow', slowStart: '1h' } as const;
  const hold = { operation: 'CreateModelCustomizationJob', name: 'held', hold: 'training' } as const;
  const options = await serverOptions({ faults: { rules: [slow, hold] }, quotas: { customizationJobs: 5 } });
  const { child, world: before } = await bedrockProcess(options);
  const modelArn = await before.model();
  const [held, stopped] = await Promise.all(
    [uniqueName('held'), uniqueName('held')].map(async (jobName) =>
      before.create(await before.request(undefined, { jobName })),
    ),
  );
  await eventually('both are in training', async () => {
    const jobs = await Promise.all([before.job(held), before.job(stopped)]);
    return jobs.every((job) => job.statusDetails?.trainingDetails?.status === 'InProgress') ? true : undefined;
  });
  const modelDeploymentName = uniqueName('slow');
  await before.bedrock.send(new CreateCustomModelDeploymentCommand({ modelDeploymentName, modelArn }));
  const { provisionedModelArn } = await before.bedrock.send(
    new CreateProvisionedModelThroughputCommand({
      provisionedModelName: uniqueName('pt'),
      modelId: modelArn,
      modelUnits: 1,
    }),
  );
  await before.bedrock.send(new StopModelCustomizationJobCommand({ jobIdentifier: stopped }));
  child.kill('SIGKILL');
  await once(child, 'exit');

  const { faults: _, ...again } = options;
  const after = await serve(again);
  expect((await after.over(stopped)).status).toBe('Stopped');
  // What the faults of the former process held goes on.
  expect((await after.over(held)).outputModelArn).toBeDefined();
  await eventually('the throughput is in service', async () => {
    const { status } = await after.bedrock.send(
      new GetProvisionedModelThroughputCommand({ provisionedModelId: provisionedModelArn }),
    );
    return status === 'InService' ? true : undefined;
  });
  const deployment = new GetCustomModelDeploymentCommand({ customModelDeploymentIdentifier: modelDeploymentName });
  expect(await after.bedrock.send(deployment)).toMatchObject({ status: 'Creating', modelArn });
});

test('what was there is told by the next server as it was', async () => {
  const options = await serverOptions();
  const first = await startBedrock(options);
  const world = new World(first.url);
  onTestFinished(() => world.close());
  const { $metadata: _, ...job } = await world.over(await world.create(await world.request()));
  await first.close();
  const again = await serve(options);
  const { $metadata: __, ...kept } = await again.job(job.jobArn);
  expect(kept).toEqual(job);
  await expect(startBedrock(options)).rejects.toThrow(/is in use by process \d+/);
});
