/** Runs that take over from others, from the command line to SageMaker and Bedrock in the laptop region. */
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { GetCustomModelDeploymentCommand, UpdateCustomModelDeploymentCommand } from '@aws-sdk/client-bedrock';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { DeleteEndpointCommand } from '@aws-sdk/client-sagemaker';
import { expect, it } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import type { History } from '../../cli/versions/history.ts';
import type { RunRecord } from '../../spec/record.ts';
import { cli, until } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import {
  bedrock,
  type Env,
  expectExit,
  project,
  recordOf,
  resourcesOf,
  s3,
  sagemaker,
  servedArtifact,
} from '../support/runs.ts';
import { startWorkerProcess } from './worker-process.ts';

/** What differs from the deployment before. */
const ANEW = { created: false, smokeTest: expect.anything() as unknown };

async function done(env: Env, argv: readonly string[]): Promise<RunRecord> {
  const result = await cli([...argv, '--json'], { env });
  expectExit(result, EXIT.done);
  return JSON.parse(result.stdout) as RunRecord;
}

it('goes on with the model of a run that failed to deploy it, or was rejected, and trains nothing', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const { name, specFile } = await project({ rest: 'gate: [accuracy > 1]\ndeploy: { to: sagemaker-endpoint }' });
  expectExit(await cli(['run', specFile], { env }), EXIT.rejected);
  const rejected = await recordOf(env, name);
  const refused = await cli(['resume', rejected.run, '--from', 'deploy', '--json'], { env });
  expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'GateNotPassed' } });
  const again = await cli(['resume', rejected.run, '--from', 'evaluate', '--json'], { env });
  expectExit(again, EXIT.rejected);
  expect(JSON.parse(again.stdout)).toMatchObject({
    takenFrom: { run: rejected.run, stage: 'evaluate' },
    model: rejected.model,
    evaluations: { candidate: { scores: rejected.evaluations?.candidate?.scores } },
  });

  // The endpoint is another model's at first.
  const [other, good] = [await project(), await project()];
  expectExit(await cli(['run', other.specFile], { env }), EXIT.done);
  const on = `deploy.endpoint=${other.name}`;
  expectExit(await cli(['run', good.specFile, '--set', on], { env }), EXIT.failed);
  const failed = await recordOf(env, good.name);
  expect(failed).toMatchObject({ stage: 'deploy', failure: { code: 'Conflict' } });
  const client = sagemaker(env);
  await client.send(new DeleteEndpointCommand({ EndpointName: other.name }));
  client.destroy();
  await until(async () => (await resourcesOf(env, other.name)).endpoints.length === 0);
  const passed = await done(env, ['resume', failed.run, '--from', 'deploy']);
  expect(passed).toMatchObject({ outcome: 'passed', model: failed.model, evaluations: failed.evaluations });
  expect((await resourcesOf(env, good.name)).training).toEqual(['Completed']);
});

it('runs again without its files, by hash, and goes back to the version before', async () => {
  const env: Env = { ...(await ownNamespace()), TEMPER_USER: 'ana' };
  await startWorkerProcess(env);
  const { name, specFile } = await project();
  expectExit(await cli(['run', specFile], { env }), EXIT.done);
  const first = await recordOf(env, name);
  await rm(dirname(specFile), { recursive: true });

  const second = await done(env, ['rerun', first.run, '--comment', 'another machine']);
  expect(second).toMatchObject({
    outcome: 'passed',
    takenFrom: { run: first.run, stage: 'train' },
    startedBy: { how: 'rerun', by: 'ana', comment: 'another machine' },
    spec: first.spec,
    data: first.data,
    source: first.source,
  });
  expect(second.model?.jobName).not.toBe(first.model?.jobName);
  const history = JSON.parse((await cli(['history', name, '--json'], { env })).stdout) as History;
  expect(history.versions[0]?.now).toEqual({ state: 'serves' });
  expect(history.versions.map(({ run, until }) => [run, until !== undefined])).toEqual([
    [second.run, false],
    [first.run, true],
  ]);

  const back = await done(env, ['rollback', name, '--comment', 'refuses French']);
  expect(back).toMatchObject({
    outcome: 'passed',
    takenFrom: { run: first.run, stage: 'deploy' },
    startedBy: { how: 'rollback', by: 'ana', comment: 'refuses French' },
    evaluations: first.evaluations,
    gate: first.gate,
    deployment: { created: false },
  });
  const artifact = first.model?.engine === 'sagemaker' ? first.model.artifact : undefined;
  expect(await servedArtifact(env, name)).toBe(artifact);
  const after = JSON.parse((await cli(['history', name, '--json'], { env })).stdout) as History;
  expect(after.versions[0]).toMatchObject({
    version: 3,
    run: back.run,
    model: artifact,
    startedBy: { how: 'rollback' },
  });
  const twice = await cli(['rollback', name, '--to', '1', '--json'], { env });
  expect(JSON.parse(twice.stdout)).toMatchObject({ error: { code: 'AlreadyNewest' } });
  const unknown = await cli(['rollback', name, '--to', '7', '--json'], { env });
  expect(JSON.parse(unknown.stdout)).toMatchObject({ error: { code: 'VersionUnknown' } });

  const uri = `${first.data?.splits.train?.uri}train.jsonl`;
  const store = s3(env);
  await store.send(
    new DeleteObjectCommand({ Bucket: env.TEMPER_BUCKET, Key: uri.slice(`s3://${env.TEMPER_BUCKET}/`.length) }),
  );
  store.destroy();
  const gone = await cli(['rerun', first.run, '--json'], { env });
  expectExit(gone, EXIT.usage);
  expect(JSON.parse(gone.stdout)).toMatchObject({
    error: { code: 'TakeoverGone', message: `what ${first.run} left is gone: ${uri}` },
  });
});

it('goes back to the version before on Bedrock too, in place, and on from a model that is to be evaluated again', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const { name, specFile } = await project({ bedrock: true });
  expectExit(await cli(['run', specFile], { env }), EXIT.done);
  const first = await recordOf(env, name);
  const second = await done(env, ['rerun', first.run]);
  expect(second).toMatchObject({ outcome: 'passed', deployment: { created: false }, data: first.data });

  const back = await done(env, ['rollback', name]);
  expect(back).toMatchObject({ outcome: 'passed', model: first.model, deployment: { ...first.deployment, ...ANEW } });
  const { versions } = JSON.parse((await cli(['history', name, '--json'], { env })).stdout) as History;
  const models = [first, second, first].map(({ model }) => (model?.engine === 'bedrock' ? model.customModel : ''));
  expect(versions.map(({ model }) => model)).toEqual(models);

  const again = await done(env, ['resume', second.run, '--from', 'evaluate']);
  expect(again).toMatchObject({
    outcome: 'passed',
    takenFrom: { run: second.run, stage: 'evaluate' },
    model: second.model,
    evaluations: { candidate: { scores: second.evaluations?.candidate?.scores } },
    deployment: { ...first.deployment, ...ANEW },
  });
  expect(again.evaluations?.candidate?.predictions).not.toBe(second.evaluations?.candidate?.predictions);

  const [client, modelArn] = [bedrock(env), models[0]];
  const byHand = { customModelDeploymentIdentifier: name };
  await client.send(new UpdateCustomModelDeploymentCommand({ ...byHand, modelArn }));
  await until(async () => (await client.send(new GetCustomModelDeploymentCommand(byHand))).modelArn === modelArn);
  client.destroy();
  const [newest] = (JSON.parse((await cli(['history', name, '--json'], { env })).stdout) as History).versions;
  expect(newest?.now).toEqual({ state: 'other', model: modelArn, run: back.run });
  expect((await cli(['history', name], { env })).stdout).toContain(`${name}, which answers with ${back.run} now`);
});
