/** A rollback that comes while a run of the name deploys. */
import { BedrockClient, ListCustomModelDeploymentsCommand, ListCustomModelsCommand } from '@aws-sdk/client-bedrock';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import type { History } from '../../cli/versions/history.ts';
import type { RunRecord } from '../../spec/record.ts';
import { type CliResult, cli, startCli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { startWorkerProcess } from '../e2e/worker-process.ts';
import { AwsProxy } from '../support/aws-proxy.ts';
import { sharedRegion } from '../support/region.ts';
import { type Env, expectExit, project, resourcesOf, servedArtifact } from '../support/runs.ts';
import type { RunMoment } from './moments.ts';

/** The run's model has answered, and its card is about to be written. */
const HANDS_OVER: RunMoment = { operation: 'PutObject', when: 'before', within: '/models/' };

interface Place {
  /** What the name answers with. */
  readonly served: string | undefined;
  /** All that there is of the name, without the models that were handed over. */
  readonly left: object;
  readonly models: number;
}

async function onSageMaker(env: Env, name: string): Promise<Place> {
  const { models, training: _, ...left } = await resourcesOf(env, name);
  return { served: await servedArtifact(env, name), models, left };
}

async function onBedrock(env: Env, nameContains: string): Promise<Place> {
  const { AWS_ENDPOINT_URL_BEDROCK: endpoint = '', AWS_REGION: region = '' } = env;
  const bedrock = new BedrockClient({
    endpoint,
    region,
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  const [{ modelDeploymentSummaries = [] }, { modelSummaries = [] }] = await Promise.all([
    bedrock.send(new ListCustomModelDeploymentsCommand({ nameContains })),
    bedrock.send(new ListCustomModelsCommand({ nameContains })),
  ]);
  bedrock.destroy();
  return {
    served: modelDeploymentSummaries[0]?.modelArn,
    models: modelSummaries.length,
    left: modelDeploymentSummaries.map(({ customModelDeploymentName, status }) => [customModelDeploymentName, status]),
  };
}

it.each(['sagemaker', 'bedrock'] as const)(
  'a rollback that comes while a run hands over on %s takes its turn after it, and serves',
  async (engine) => {
    const env = await ownNamespace();
    const proxy = await AwsProxy.start(sharedRegion(), env);
    await startWorkerProcess(proxy.env);
    const { name, specFile } = await project(
      engine === 'bedrock'
        ? { bedrock: true, evaluated: false, rest: 'deploy: { to: bedrock-on-demand }' }
        : { evaluated: false, rest: 'deploy: { to: sagemaker-endpoint }' },
    );
    const lookAt = engine === 'bedrock' ? onBedrock : onSageMaker;
    const passed = async (run: Promise<CliResult>): Promise<RunRecord> => {
      const result = await run;
      expectExit(result, EXIT.done);
      return JSON.parse(result.stdout) as RunRecord;
    };
    const start = (...argv: string[]) => startCli([...argv, '--json'], { env: proxy.env });
    const first = await passed(start('run', specFile).done);
    const { served } = await lookAt(env, name);
    const second = await passed(start('rerun', first.run).done);

    const { reached, release } = proxy.hold({ ...HANDS_OVER, name });
    const deploying = start('rerun', second.run);
    await reached;
    const rollback = start('rollback', name, '--comment', 'refuses French');
    await until(() => /has to prove|being proven by another run/.test(rollback.stderr()));
    release();
    const third = await passed(deploying.done);
    const back = await passed(rollback.done);

    const { versions } = JSON.parse((await cli(['history', name, '--json'], { env })).stdout) as History;
    expect(versions.map(({ run, startedBy, until: end }) => [run, startedBy?.how, end === undefined])).toEqual([
      [back.run, 'rollback', true],
      [third.run, 'rerun', false],
      [second.run, 'rerun', false],
      [first.run, 'cli', false],
    ]);
    expect(versions[0]?.model).toBe(served);
    expect(await lookAt(env, name)).toEqual(
      engine === 'bedrock'
        ? { served, models: 3, left: [[name, 'Active']] }
        : // Each version has its config, which is what the next one could have gone back to.
          { served, models: 4, left: { transform: [], configs: 4, endpoints: ['InService'], uploads: 0 } },
    );
  },
);
