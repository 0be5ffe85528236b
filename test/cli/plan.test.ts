import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { parseS3Uri } from '../../activities/s3-uri.ts';
import { imageUri } from '../../spec/images.ts';
import { s3Keys } from '../../spec/naming.ts';
import type { Plan } from '../../spec/plan.ts';
import { account, clients, once, pipeline, preparedFrom } from '../support/activities.ts';
import { handedDown } from '../support/hand-over.ts';
import { writeKeywordProject } from '../support/keyword-project.ts';
import { sharedRegion, temporaryDirectory } from '../support/region.ts';
import { cli, startCli, until } from './support/cli.ts';
import { type Env, ownNamespace, project, SPEC, startPipeline } from './support/pipeline.ts';

const { env } = sharedRegion();

/** Columns of the widest line. */
const widest = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

async function planned(cwd: string, ...options: string[]): Promise<Plan> {
  const { stdout } = await cli(['plan', 'temper.yaml', '--json', ...options], { env, cwd });
  return JSON.parse(stdout) as Plan;
}

const actions = ({ steps }: Plan) => Object.fromEntries(steps.map(({ what, action }) => [what, action]));

it('says what a run would send and make, and changes nothing', async () => {
  const name = `model-${randomUUID().slice(0, 8)}`;
  const { specFile } = await writeKeywordProject(await temporaryDirectory(), { name });
  const cwd = dirname(specFile);
  const first = await planned(cwd);
  expect(first).toMatchObject({ ok: true, name, account, unknown: [], problems: [] });
  expect(actions(first)).toMatchObject({ data: 'upload', code: 'upload', 'training job': 'create' });
  const { KeyCount } = await clients.s3.send(
    new ListObjectsV2Command({ Bucket: account.bucket, Prefix: `temper/${name}/` }),
  );
  expect(KeyCount).toBe(0);

  await preparedFrom(specFile, name);
  const second = await planned(cwd);
  expect(actions(second)).toMatchObject({ data: 'reuse', code: 'reuse' });
  const rows = Object.values(second.steps[0]?.splits ?? {}).reduce((sum, each) => sum + each, 0);
  expect(rows).toBeGreaterThan(0);
});

it('counts a champion that the other engine has made, as it will be asked', async () => {
  const name = `model-${randomUUID().slice(0, 8)}`;
  const artifact = `s3://${account.bucket}/temper/${name}/model.tar.gz`;
  const { bucket: Bucket, key: Key } = parseS3Uri(artifact);
  await clients.s3.send(new PutObjectCommand({ Bucket, Key, Body: 'weights' }));
  const model = { engine: 'sagemaker', artifact, serving: { image: 'image', environment: {} } } as const;
  await once(pipeline.publishModel, { run: { name, id: 'aaaa' }, account, model, record: handedDown });
  const rest = 'gate: [accuracy >= champion]\ndeploy: { to: bedrock-on-demand }';
  const { specFile } = await writeKeywordProject(await temporaryDirectory(), { name, bedrock: true, rest });
  const plan = await planned(dirname(specFile), '--set', 'evaluate.maxRuntime=2h');
  expect(plan.steps.filter(({ who }) => who === 'champion')).toMatchObject([
    { what: 'transform job', instance: 'ml.m5.large', maxSeconds: 7200 },
  ]);
  expect((await cli(['plan', specFile], { env })).stdout).toMatch(/evaluate {3}create {3}champion · ml\.m5\.large/);
});

it('says that a run would refuse the data, and why', async () => {
  const cwd = await project(FROM_SCRATCH);
  await writeFile(join(cwd, 'data', 'rows.jsonl'), '{"text":"a","label":"x"}\n{"text":3,"label":"y"}\n');
  const { exitCode, stdout } = await cli(['plan', 'temper.yaml'], { env, cwd });
  expect(exitCode).toBe(2);
  expect(stdout).toContain('1 of 2 rows cannot be used');
  expect(stdout).toContain('data/rows.jsonl:2');
});

it('says which model a run would start from, and which one it would replace', async () => {
  const name = `model-${randomUUID().slice(0, 8)}`;
  const cwd = await project(SPEC.replace('name: reviews', `name: ${name}`).replace('movie-reviews', name));
  expect((await planned(cwd)).problems.map(({ code }) => code)).toEqual(['BaseNotFound']);

  const run = { name, id: 'aaaaaa' };
  const model = {
    engine: 'sagemaker' as const,
    artifact: `s3://${account.bucket}/${s3Keys.runOutput(run)}model.tar.gz`,
    serving: { image: imageUri('sklearn', account.region), environment: {} },
  };
  // The endpoint will not come up with it: that there is one is enough.
  const { key: Key } = parseS3Uri(model.artifact);
  await clients.s3.send(new PutObjectCommand({ Bucket: account.bucket, Key, Body: 'no archive' }));
  await once(pipeline.publishModel, { run, account, model, record: handedDown });
  const deployment = { run, account, model, endpoint: name, instance: 'ml.t2.medium', instanceCount: 1 };
  await once(pipeline.submitDeployment, deployment);
  const plan = await planned(cwd);
  expect(plan.steps.find(({ what }) => what === 'base')).toMatchObject({ action: 'use', run: `temper/${name}/aaaaaa` });
  expect(plan.steps.find(({ what }) => what === 'endpoint')).toMatchObject({
    action: 'update',
    name,
    run: `temper/${name}/aaaaaa`,
  });
});

it('shows a plan that fits the terminal, and ends with 2 for one that would be refused', async () => {
  const cwd = await project(
    `${SPEC.replace('base: run:movie-reviews', '').replace('accuracy >= base + 0.05', '')}approve: { approvers: [ana, ben] }\nbudget: 0.01 USD\n`,
  );
  for (const columns of [80, 50]) {
    const { exitCode, stdout } = await cli(['plan', 'temper.yaml', '--set', 'evaluate.instance=ml.g5.xlarge'], {
      env: { ...env, NO_COLOR: '1' },
      cwd,
      terminal: true,
      columns,
    });
    expect(widest(stdout)).toBeLessThanOrEqual(columns);
    expect(stdout).toMatch(/train +create +ml\.m5\.large/);
    expect(stdout).toContain('at most 1h');
    expect(stdout.replaceAll(/\s+/g, ' ')).toContain(
      'approve ask ana or ben, about each model that passes the gate; declined when nobody has decided within 3d',
    );
    expect(stdout).toContain('✖');
    expect(exitCode).toBe(2);
  }
});

it('says what the endpoint keeps of its traffic, and where', async () => {
  const cwd = await project(SPEC);
  const { stdout } = await cli(['plan', 'temper.yaml', '--set', 'deploy.capture.share=0.2'], { env, cwd });
  const asked = `capture 20 % of the requests, in s3://${account.bucket}/temper/reviews/capture/`;
  expect(stdout.replaceAll(/\s+/g, ' ')).toContain(asked);
  const { problems } = await planned(cwd, '--set', 'deploy.capture={share: 1, to: s3://no-such-traffic/reviews/}');
  expect(problems).toContainEqual({
    code: 'NotFound',
    message: 'deploy.capture.to: there is no bucket of s3://no-such-traffic/reviews/',
    fix: 'create it in the region of the run, or correct deploy.capture.to',
  });
});

it('says what it could not look up, once for each reason, where AWS does not answer or is not told', async () => {
  const cwd = await project(SPEC);
  const nowhere = { AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1', AWS_ENDPOINT_URL_SAGEMAKER: 'http://127.0.0.1:1' };
  const { stdout } = await cli(['plan', 'temper.yaml', '--json'], { env: { ...env, ...nowhere }, cwd });
  const plan = JSON.parse(stdout) as Plan;
  expect(plan.ok).toBe(true);
  expect(plan.unknown.map(({ what }) => what)).toEqual(
    expect.arrayContaining([`bucket ${account.bucket}`, 'endpoint reviews']),
  );
  expect(actions(plan)).toMatchObject({ data: 'unknown', code: 'unknown', base: 'unknown', endpoint: 'unknown' });
});

/** As if AWS billed: no other address of SageMaker is named, while the process still knows that of the region. */
async function onAws(): Promise<Env> {
  const { AWS_ENDPOINT_URL_SAGEMAKER: _, ...rest } = await ownNamespace();
  return rest;
}
/** Without a base, whose card the bucket lacks. */
const FROM_SCRATCH = SPEC.replace(', base: run:movie-reviews', '').replace(', accuracy >= base + 0.05', '');

async function started(env: Readonly<Record<string, string>>): Promise<number> {
  return (JSON.parse((await cli(['ls', '--json'], { env })).stdout) as { runs: unknown[] }).runs.length;
}

it('asks on a terminal before it starts what AWS bills for, with the plan; anything but yes starts nothing', async () => {
  const own = await onAws();
  const options = { env: own, cwd: await project(FROM_SCRATCH), terminal: true };
  const declining = startCli(['run', 'temper.yaml'], options);
  await until(() => declining.stderr().includes('start it? [y/N]'));
  expect(declining.stderr()).toMatch(/evaluate.*create/);
  declining.type('');
  expect(await declining.done).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('nothing was started') });

  const leaving = startCli(['run', 'temper.yaml'], options);
  await until(() => leaving.stderr().includes('start it? [y/N]'));
  leaving.interrupt();
  expect(await leaving.done).toMatchObject({ exitCode: 130 });
  expect(await started(own)).toBe(0);

  await startPipeline(own);
  const agreeing = startCli(['run', 'temper.yaml'], options);
  await until(() => agreeing.stderr().includes('start it? [y/N]'));
  agreeing.type('y');
  expect(await agreeing.done).toMatchObject({ exitCode: 0 });
});

it('does not ask with --yes, nor where there is no terminal; then it says what the run could cost', async () => {
  const own = await onAws();
  await startPipeline(own);
  const cwd = await project(FROM_SCRATCH);
  const unpriced = ['--set', 'evaluate.instance=ml.m4.xlarge'];
  for (const { argv, terminal, says } of [
    { argv: ['--yes'], terminal: true, says: /at most +\d+\.\d\d USD for the jobs/ },
    { argv: unpriced, terminal: false, says: /at most +an unknown sum for the jobs/ },
  ]) {
    const { exitCode, stderr } = await cli(['run', 'temper.yaml', ...argv], { terminal, env: own, cwd });
    expect(exitCode).toBe(0);
    expect(stripVTControlCharacters(stderr)).toMatch(says);
    expect(stderr).not.toContain('start it?');
  }
});

const ON_BEDROCK = `
name: reviews
data: { source: data, split: { test: 0.2 } }
train: { engine: bedrock, base: amazon.nova-micro-v1:0, prompt: "Which one? {text}", hyperparameters: { epochCount: 3 } }
evaluate: { maxTokens: 10 }
deploy: { to: bedrock-on-demand }
`;

it('counts what a run on Bedrock learns and asks, by an estimate, before it is started', async () => {
  const cwd = await project(`${ON_BEDROCK}budget: 1 USD\n`);
  // A row of 4 characters is asked about in 15, and answered with 1.
  const rows = Array.from({ length: 50 }, (_, i) => JSON.stringify({ text: `t${100 + i}`, label: i % 2 ? 'a' : 'b' }));
  await writeFile(join(cwd, 'data', 'rows.jsonl'), `${rows.join('\n')}\n`);
  const plan = await planned(cwd);
  expect(plan.steps.map(({ what, action }) => `${what} ${action}`)).toEqual([
    'data upload',
    'base use',
    'customization job create',
    'candidate deployment create',
    'questions ask',
    'questions ask',
    'custom model deployment create',
  ]);
  expect(plan.cost.items.map((item) => item.by === 'tokens' && item.tokens)).toEqual([
    { learnt: 3 * 40 * (4 + 1) },
    { read: 10 * 4, written: 10 * 10 },
    { read: 10 * 4, written: 10 * 10 },
  ]);
  expect(plan.cost.usd).toBeCloseTo((600 + 2 * (40 * 0.035 + 100 * 0.14)) / 1e6, 12);
  const { stdout } = await cli(['plan', 'temper.yaml'], { env: { ...env, NO_COLOR: '1' }, cwd, columns: 80 });
  expect(widest(stdout)).toBeLessThanOrEqual(80);
  expect(stdout).toMatch(/train +create +customization job · 3 × ~200 tokens +0\.01 USD/);
});

it('warns of limits of a model that the spec overrides', async () => {
  const cwd = await project(ON_BEDROCK.replace('epochCount: 3 }', 'epochCount: 3 }, limits: { trainRecords: 30000 }'));
  const rows = Array.from({ length: 50 }, (_, i) => JSON.stringify({ text: `t${i}`, label: `${i % 2}` }));
  await writeFile(join(cwd, 'data', 'rows.jsonl'), `${rows.join('\n')}\n`);
  const { exitCode, stderr } = await cli(['plan', 'temper.yaml'], { env, cwd });
  expect(exitCode).toBe(0);
  expect(stderr).toContain(
    '! train.limits.trainRecords: 30000 is taken for the limit of Nova Micro, where AWS documents 20000',
  );
});

it('starts no run on Bedrock whose tokens could cost more than its budget', async () => {
  const own = await ownNamespace();
  const cwd = await project(`${ON_BEDROCK}budget: 0.01 USD\n`);
  const rows = Array.from({ length: 200 }, (_, i) =>
    JSON.stringify({ text: `${i} ${'w'.repeat(400)}`, label: `${i % 2}` }),
  );
  await writeFile(join(cwd, 'data', 'rows.jsonl'), `${rows.join('\n')}\n`);
  const { exitCode, stderr } = await cli(['run', 'temper.yaml'], { env: own, cwd });
  expect([exitCode, stderr]).toEqual([
    2,
    expect.stringContaining('more than its budget of 0.01 USD (train student by'),
  ]);
  expect(await started(own)).toBe(0);
});
