/** A region that has no machine at first, wherever a run wants one. */
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { cli } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { startWorkerProcess } from '../e2e/worker-process.ts';
import { ownSageMaker } from '../local/sagemaker/support.ts';
import { AwsProxy } from '../support/aws-proxy.ts';
import { sharedRegion } from '../support/region.ts';
import { expectExit, HANDED_OVER, project, recordOf, resourcesOf } from '../support/runs.ts';

const NO_MACHINE =
  'CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type.';
const NO_FLEET =
  'Unable to provision requested ML compute capacity due to InsufficientInstanceCapacity error. Please retry using a different ML instance type or after some time.';

it('a run waits for the machines of its evaluation and of its endpoint, created or updated, and passes', async () => {
  const { url, server } = await ownSageMaker();
  const { env } = await AwsProxy.start({ ...sharedRegion(), sagemakerUrl: url }, await ownNamespace());
  await startWorkerProcess(env);
  const { name, specFile } = await project();
  const release = async () => {
    const ended = await cli(['run', specFile, '--set', 'train.maxWait=2s'], { env });
    expectExit(ended, EXIT.done);
    return ended.stdout;
  };
  server?.setFaults({
    rules: [
      { operation: 'CreateTransformJob', jobFails: NO_MACHINE, times: 1 },
      { operation: 'CreateEndpoint', jobFails: NO_FLEET, times: 1 },
    ],
  });
  const first = await release();
  expect(first).toMatch(/evaluate +waiting for capacity of ml\.m5\.large since/);
  expect(first).toMatch(/deploy +waiting for capacity of \S+ since/);
  expect((await recordOf(env, name)).shortages).toMatchObject([
    { stage: 'evaluate', job: expect.stringMatching(/-eval-candidate$/) },
    { stage: 'deploy', job: name },
  ]);
  const transform = ['Completed', 'Failed'];
  expect(await resourcesOf(env, name)).toEqual({ ...HANDED_OVER, transform });

  // SageMaker calls it a success, with the old config in place.
  server?.setFaults({ rules: [{ operation: 'UpdateEndpoint', rollback: NO_FLEET, times: 1 }] });
  expect(await release()).toMatch(/deploy +waiting for capacity of \S+ since/);
  expect(await recordOf(env, name)).toMatchObject({ outcome: 'passed', deployment: { created: false } });
});
