/** Models that train and evaluate well, and then do not come up, or not well: what was served before is served still. */
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DescribeEndpointCommand } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import type { FaultPlan } from '../../local/index.ts';
import { cli } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { startWorkerProcess } from '../e2e/worker-process.ts';
import { ownSageMaker } from '../local/sagemaker/support.ts';
import { AwsProxy } from '../support/aws-proxy.ts';
import { INFERENCE } from '../support/keyword-project.ts';
import { sharedRegion } from '../support/region.ts';
import { type Env, project, resourcesOf, sagemaker } from '../support/runs.ts';

/** A SageMaker of the test's own, whose faults are its own too, and a worker. */
async function ownWorld() {
  const { url, server } = await ownSageMaker();
  const { env } = await AwsProxy.start({ ...sharedRegion(), sagemakerUrl: url }, await ownNamespace());
  await startWorkerProcess(env);
  return { env, setFaults: (rules: FaultPlan['rules']) => server?.setFaults({ rules }) };
}

async function servedConfig(env: Env, EndpointName: string): Promise<string | undefined> {
  return (await sagemaker(env).send(new DescribeEndpointCommand({ EndpointName }))).EndpointConfigName;
}

/** Does its work in the evaluation, and something else behind an endpoint. */
const onlyBehindAnEndpoint = (broken: string): string => `
${INFERENCE}
if "SAGEMAKER_BATCH" not in os.environ:
${broken.replace(/^/gm, '    ')}
`;

const UNHEALTHY = onlyBehindAnEndpoint('raise RuntimeError("no such device: gpu0")');
const WRONG = onlyBehindAnEndpoint('def output_fn(labels, accept):\n    return "as you wish", accept');

const NOTHING = { models: 0, configs: 0, endpoints: [], uploads: 0 };

it.each([
  ['does not come up', UNHEALTHY, /failed in deploy \(EndpointFailed\)[\s\S]*no such device: gpu0/],
  ['gives a wrong answer', WRONG, /failed in deploy \(SmokeTestFailed\)[\s\S]*as you wish/],
])('a first endpoint that %s is taken away', async (_, inference, says) => {
  const { env } = await ownWorld();
  const { name, specFile } = await project({ inference });
  const { exitCode, stdout } = await cli(['run', specFile], { env });
  expect(stdout).toMatch(says);
  expect(exitCode).toBe(EXIT.failed);
  expect(await resourcesOf(env, name)).toMatchObject(NOTHING);
});

it('an endpoint goes on serving its model, whatever is wrong with the next one', async () => {
  const { env, setFaults } = await ownWorld();
  const { name, specFile } = await project();
  const release = async (inference = INFERENCE): Promise<string> => {
    await writeFile(join(dirname(specFile), 'inference.py'), inference);
    return (await cli(['run', specFile], { env })).stdout;
  };
  expect(await release()).toContain(`endpoint ${name} created · smoke test ok`);
  const config = await servedConfig(env, name);

  setFaults([{ operation: 'UpdateEndpoint', rollback: 'the alarm went off' }]);
  const rolledBack = /failed in deploy \(RolledBack\): SageMaker rolled endpoint \S+ back to \S+: /;
  expect(await release()).toMatch(new RegExp(`${rolledBack.source}the alarm went off`));
  setFaults([]);
  expect(await release(UNHEALTHY)).toMatch(new RegExp(`${rolledBack.source}.*no such device: gpu0`, 's'));
  expect(await release(WRONG)).toMatch(/failed in deploy \(SmokeTestFailed\).*as you wish/s);

  expect(await servedConfig(env, name)).toBe(config);
  expect(await resourcesOf(env, name)).toMatchObject({ models: 1, configs: 1, endpoints: ['InService'] });
  const answer = await cli(['invoke', name, '--text', 'good number7'], { env });
  expect(JSON.parse(answer.stdout)).toEqual({ label: 'positive' });

  setFaults([{ operation: 'UpdateEndpoint', slowStart: '3s' }]);
  const slow = await release();
  expect(slow).toContain(`· deploy     ${name} · Updating`);
  expect(slow).toContain(`endpoint ${name} updated · smoke test ok`);
});
