/** `temper dev`, from the terminal. */
import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ListTrainingJobsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { Connection } from '@temporalio/client';
import { expect, it, onTestFinished } from 'vitest';
import { EXIT } from '../../cli/errors.ts';
import { runs } from '../support/processes.ts';
import { SHARED_TOOLS, temporaryDirectory } from '../support/region.ts';
import { cli, until } from './support/cli.ts';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:temper';

/** A home for `temper dev`, empty but for the tools; what is started there is down when the test is over. */
async function home() {
  const directory = await temporaryDirectory();
  await mkdir(SHARED_TOOLS, { recursive: true });
  await symlink(SHARED_TOOLS, join(directory, 'tools'));
  const env = { TEMPER_HOME: directory };
  onTestFinished(async () => {
    await cli(['dev', 'down'], { env });
  });
  return {
    directory,
    dev: (...argv: string[]) => cli(['dev', ...argv], { env }),
    json: async (...argv: string[]) => JSON.parse((await cli(['dev', ...argv, '--json'], { env })).stdout),
  };
}

it('starts a region and a worker that outlive the command, and stops both', async () => {
  const { directory, dev, json } = await home();
  const up = await json('up');
  expect(up).toMatchObject({ home: directory, started: true, worker: { started: true } });

  const again = await dev('up');
  expect(again).toMatchObject({ exitCode: EXIT.done });
  expect(again.stdout).toContain(`Temporal   ${up.ui}`);
  expect(again.stdout).toContain(`worker     process ${up.worker.pid}`);
  expect(again.stdout).toContain('was up already');

  const status = await json('status');
  expect(status).toMatchObject({ home: directory, worker: { pid: up.worker.pid } });
  expect(status.region.services).toMatchObject([
    { name: 'Temporal', address: up.temporal, up: true, version: expect.stringMatching(/^\d+\.\d+/) },
    { name: 'MiniStack', address: up.aws, up: true },
    { name: 'SageMaker', address: up.sagemaker, up: true },
    { name: 'Bedrock', address: up.bedrock, up: true },
  ]);

  expect(await json('down')).toEqual({ home: directory, worker: true, region: true });
  expect([status.region.pid, up.worker.pid].filter(runs)).toEqual([]);
  expect(await json('status')).toEqual({ home: directory, region: null, worker: null });
  expect((await dev('down')).stdout).toContain('nothing was up');
});

it('starts the region alone, ready for runs of a worker elsewhere', async () => {
  const { json } = await home();
  const up = await json('up', '--no-worker');
  expect(up).not.toHaveProperty('worker');
  expect((await json('status')).worker).toBeNull();
  const connection = await Connection.connect({ address: up.temporal });
  onTestFinished(() => connection.close());
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace: 'default' });
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(['TemperName', 'TemperStage', 'TemperOutcome']));
});

it('shows what the topic of the region was told, in words', async () => {
  const { dev, json } = await home();
  expect(await dev('messages')).toMatchObject({ exitCode: EXIT.failed, stdout: '' });
  const up = await json('up', '--no-worker');
  expect(await json('messages')).toEqual({ messages: [] });
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
  const sns = new SNSClient({ endpoint: up.aws, region: 'us-east-1', credentials });
  const content = {
    title: 'reviews passed',
    description: 'it serves\naccuracy 0.78',
    nextSteps: ['temper history reviews'],
  };
  for (const Message of [JSON.stringify({ version: '1.0', source: 'custom', content }), 'by somebody else']) {
    await sns.send(new PublishCommand({ TopicArn: TOPIC, Subject: 'reviews passed', Message }));
  }
  const { stdout } = await dev('messages');
  expect(stdout).toMatch(/^ {2}\d{4}-\d\d-\d\d \d\d:\d\d UTC {2}reviews passed\n {4}it serves\n {4}accuracy 0\.78\n/);
  expect(stdout).toContain('\n    next: temper history reviews\n\n');
  expect(stdout).toMatch(/\n {4}by somebody else\n$/);
});

it('notices a worker that died, and starts another one', async () => {
  const { json } = await home();
  const first = await json('up');
  process.kill(first.worker.pid, 'SIGKILL');
  await until(() => !runs(first.worker.pid));
  const second = await json('up');
  expect(second).toMatchObject({ started: false, worker: { started: true } });
  expect(second.worker.pid).not.toBe(first.worker.pid);
});

it('prints what a shell needs to reach the region', async () => {
  const { directory, dev, json } = await home();
  expect(await dev('env')).toMatchObject({ exitCode: EXIT.failed, stdout: '' });
  const up = await json('up', '--no-worker');
  expect(await json('env')).toMatchObject({ AWS_REGION: 'us-east-1' });
  const printed = await cli(['dev', 'env'], { env: { TEMPER_HOME: directory, AWS_PROFILE: 'work' } });
  const script = `${printed.stdout}\necho "$AWS_ENDPOINT_URL_SAGEMAKER $TEMPORAL_ADDRESS \${AWS_PROFILE-none}"`;
  const shell = await promisify(execFile)('sh', ['-c', script], { env: { AWS_PROFILE: 'work' } });
  expect(shell.stdout.trim()).toBe(`${up.sagemaker} ${up.temporal} none`);
});

it('starts a region with faults, and refuses a plan it does not understand', async () => {
  const { directory, dev, json } = await home();
  const plan = join(directory, 'faults.yaml');
  await writeFile(plan, 'rules: [{ operation: ListTrainingJobs, error: AccessDeniedException }]');
  const up = await json('up', '--no-worker', '--faults', plan);
  const client = new SageMakerClient({
    endpoint: up.sagemaker,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  });
  await expect(client.send(new ListTrainingJobsCommand())).rejects.toThrow(
    expect.objectContaining({ name: 'AccessDeniedException' }),
  );

  const nowhere = await dev('up', '--faults', 'nope.yaml');
  expect(nowhere).toMatchObject({ exitCode: EXIT.usage });
  expect(nowhere.stderr).toContain('cannot read nope.yaml: no such file');

  const late = await dev('up', '--no-worker', '--faults', plan);
  expect(late).toMatchObject({ exitCode: EXIT.failed });
  expect(late.stderr).toContain('takes faults only when it starts');

  await writeFile(plan, 'rules: [{ operation: ListTrainingJobs, eror: oops }]');
  const wrong = await dev('up', '--faults', plan);
  expect(wrong).toMatchObject({ exitCode: EXIT.usage });
  expect(wrong.stderr).toContain('eror');
});
