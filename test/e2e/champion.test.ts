/** A model, and then its challengers, from the command line on both engines: each meets the champion of its name. */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import { EXIT } from '../../cli/errors.ts';
import { cli } from '../cli/support/cli.ts';
import { ownNamespace } from '../cli/support/pipeline.ts';
import { expectExit, keysOf, project, recordOf, resourcesOf, s3 } from '../support/runs.ts';
import { startWorkerProcess } from './worker-process.ts';

const gated = (rule: string, to: string): string => `gate: ["${rule}"]\ndeploy: { to: ${to} }`;

it('the first model passes, an equal one does not beat it, and none is promoted past one that was deleted', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const { name, specFile } = await project({ rest: gated('accuracy >= champion + 0.01', 'none') });
  expectExit(await cli(['run', specFile], { env }), EXIT.done);
  const first = await recordOf(env, name);
  expect(first.gate?.[0]?.reason).toContain('there is no champion yet');

  expectExit(await cli(['run', specFile], { env }), EXIT.rejected);
  const second = await recordOf(env, name);
  expect(second.champion?.model.run).toBe(first.run);
  expect(second.evaluations?.champion?.scores).toEqual(first.evaluations?.candidate?.scores);
  expect(second.gate?.[0]).toMatchObject({ passed: false, interval: { difference: 0, differing: 0 } });
  expect((await cli(['show', second.run], { env })).stdout).toContain('champion 1.00 → candidate 1.00');

  // As good as the champion is good enough where the rule says so.
  const equal = ['run', specFile, '--set', 'gate.0=accuracy >= champion'];
  expectExit(await cli(equal, { env }), EXIT.done);

  const store = s3(env);
  const third = await recordOf(env, name);
  const { bucket: Bucket, key: Key } = parseS3Uri(third.model?.engine === 'sagemaker' ? third.model.artifact : '');
  await store.send(new DeleteObjectCommand({ Bucket, Key }));
  store.destroy();
  expectExit(await cli(equal, { env }), EXIT.rejected);
  expect((await recordOf(env, name)).gate?.[0]?.reason).toContain(`model.tar.gz of ${third.run} was deleted`);
  expect(await keysOf(env, `temper/${name}/models/`)).toHaveLength(2);
});

it('a champion of Bedrock answers by what serves it, and where nothing does by a deployment that goes', async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const { name, specFile } = await project({ bedrock: true, rest: gated('accuracy >= champion', 'bedrock-on-demand') });
  expectExit(await cli(['run', specFile], { env }), EXIT.done);
  const first = await recordOf(env, name);
  const servedBy = first.deployment?.to === 'bedrock-on-demand' ? first.deployment.arn : undefined;

  expectExit(await cli(['run', specFile, '--set', 'deploy.to=none'], { env }), EXIT.done);
  const second = await recordOf(env, name);
  expect(second.evaluations?.champion?.scores).toEqual(first.evaluations?.candidate?.scores);

  expectExit(await cli(['run', specFile], { env }), EXIT.done);
  const third = await recordOf(env, name);
  expect(third.champion?.model.run).toBe(second.run);
  const answeredBy = third.evaluations?.champion?.answering?.modelId;
  expect(answeredBy).toContain(':custom-model-deployment/');
  expect(answeredBy).not.toBe(servedBy);

  expectExit(await cli(['run', specFile], { env }), EXIT.done);
  const fourth = await recordOf(env, name);
  expect(fourth.champion?.model.run).toBe(third.run);
  expect(fourth.evaluations?.champion?.answering?.modelId).toBe(servedBy);
});

it('a name whose engine changes has its champion asked by the engine that made it, on the same rows, both ways', {
  timeout: 240_000,
}, async () => {
  const env = await ownNamespace();
  await startWorkerProcess(env);
  const { name, specFile } = await project({ rest: gated('accuracy >= champion', 'sagemaker-endpoint') });
  const other = await project({ bedrock: true, rest: gated('accuracy >= champion', 'bedrock-on-demand') });
  const asBedrock = ['run', other.specFile, '--set', `name=${name}`];
  expectExit(await cli(['run', specFile], { env }), EXIT.done);
  const first = await recordOf(env, name);

  expectExit(await cli(asBedrock, { env }), EXIT.done);
  const second = await recordOf(env, name);
  expect(second).toMatchObject({ champion: { model: { engine: 'sagemaker', run: first.run } } });
  // The same rows: what it answered in its own run.
  expect(second.evaluations?.champion?.scores).toEqual(first.evaluations?.candidate?.scores);
  const rows = second.evaluations?.candidate?.scores.rows;
  expect(second.gate?.[0]).toMatchObject({ passed: true, rows, interval: { confidence: 0.95 } });
  expect(second.gate?.[0]?.rows).toBe(first.data?.splits.test?.rows);
  expect((await cli(['show', second.run], { env })).stdout).toContain(
    `champion: a model of SageMaker, of ${first.run}, asked by batch transform on ml.m5.large`,
  );
  expect(await resourcesOf(env, second.run.split('/').at(-1) ?? '')).toMatchObject({
    models: 0,
    transform: ['Completed'],
  });

  expectExit(await cli(['run', specFile], { env }), EXIT.done);
  const third = await recordOf(env, name);
  expect(third).toMatchObject({ champion: { model: { engine: 'bedrock', run: second.run } } });
  expect(third.evaluations?.champion?.scores).toEqual(second.evaluations?.candidate?.scores);
  const deployed = second.deployment?.to === 'bedrock-on-demand' ? second.deployment.arn : undefined;
  expect(third.evaluations?.champion?.answering?.modelId).toBe(deployed);
  expect((await cli(['orphans', '--json'], { env })).stdout).not.toContain(third.run);

  // Back to the version before, which serves in another place.
  const back = await cli(['rollback', name], { env });
  expectExit(back, EXIT.done);
  expect(back.stderr).toContain(
    `version 2 serves as custom model deployment ${name}; endpoint ${name} goes on answering with version 3`,
  );
  expect((await recordOf(env, name)).deployment).toMatchObject({ to: 'bedrock-on-demand', arn: deployed });
});
