import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { ApplicationFailure } from '@temporalio/common';
import { expect, it } from 'vitest';
import { underWay } from '../workflows/fake-activities.ts';
import { cli, startCli, until } from './support/cli.ts';
import { type Env, ownNamespace, project, SPEC, startPipeline, trainedBy } from './support/pipeline.ts';

/** Writes to CloudWatch Logs as a job does. */
async function writer(env: Env, job: string, logGroupName = '/aws/sagemaker/TrainingJobs') {
  const client = new CloudWatchLogsClient({
    region: env.AWS_REGION ?? '',
    endpoint: env.AWS_ENDPOINT_URL_CLOUDWATCH_LOGS ?? env.AWS_ENDPOINT_URL ?? '',
    credentials: { accessKeyId: env.AWS_ACCESS_KEY_ID ?? '', secretAccessKey: env.AWS_SECRET_ACCESS_KEY ?? '' },
  });
  await client.send(new CreateLogGroupCommand({ logGroupName })).catch((error: Error) => {
    if (error.name !== 'ResourceAlreadyExistsException') throw error;
  });
  const logStreamName = `${job}/algo-1`;
  await client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  return (messages: readonly string[]) =>
    client.send(
      new PutLogEventsCommand({
        logGroupName,
        logStreamName,
        logEvents: messages.map((message) => ({ timestamp: Date.now(), message })),
      }),
    );
}

it("prints a job's log, more of it as it comes, and ends with the job", async () => {
  const env = await ownNamespace();
  let over = false;
  await startPipeline(env, {
    awaitTraining: async ({ jobName }) => {
      if (!over) throw underWay(100);
      return trainedBy(jobName);
    },
  });
  const options = { env, cwd: await project(SPEC) };
  const started = await cli(['run', 'temper.yaml', '--detach', '--json'], options);
  const { run } = JSON.parse(started.stdout) as { run: string };
  const [, , id = ''] = run.split('/');
  await until(async () => (await cli(['show', run, '--json'], options)).stdout.includes('"trainingJob"'));

  const empty = await cli(['logs', run], options);
  expect(empty).toMatchObject({ exitCode: 0, stdout: '' });

  const write = await writer(env, `reviews-${id}-train`);
  const epochs = Array.from({ length: 150 }, (_, epoch) => `epoch ${epoch}`);
  await write(epochs);
  const soFar = await cli(['logs', run], options);
  expect(soFar.stdout).toBe(`${epochs.join('\n')}\n`);

  const following = startCli(['logs', run, '--follow', '--json'], options);
  await until(() => following.stdout().includes('epoch 149'));
  await write(['Traceback (most recent call last):\n  File "train.py"']);
  await until(() => following.stdout().includes('Traceback'));
  over = true;
  const { exitCode, stdout } = await following.done;
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { timestamp: string; message: string });
  expect(lines.map(({ message }) => message)).toEqual([
    ...epochs,
    'Traceback (most recent call last):\n  File "train.py"',
  ]);
  expect(exitCode).toBe(0);
});

it('prints the logs of the evaluation that a run failed in', async () => {
  const env = await ownNamespace();
  await startPipeline(env, {
    awaitEvaluation: async () => {
      throw ApplicationFailure.nonRetryable('transform job failed', 'JobFailed');
    },
  });
  const options = { env, cwd: await project(SPEC) };
  const failed = await cli(['run', 'temper.yaml', '--json'], options);
  const { run } = JSON.parse(failed.stdout) as { run: string };
  const [, , id = ''] = run.split('/');
  const training = await writer(env, `reviews-${id}-train`);
  await training(['epoch 1']);
  for (const contender of ['base', 'candidate']) {
    const write = await writer(env, `reviews-${id}-eval-${contender}`, '/aws/sagemaker/TransformJobs');
    await write([`KeyError of the ${contender}`]);
  }
  const { exitCode, stdout, stderr } = await cli(['logs', run], options);
  expect([exitCode, stdout]).toEqual([0, 'KeyError of the base\nKeyError of the candidate\n']);
  expect(stderr).toContain(`log of     reviews-${id}-eval-candidate`);
});

it('says that there is no job yet', async () => {
  const env = await ownNamespace();
  await startPipeline(env, {
    submitTraining: async () => {
      throw underWay('10 minutes');
    },
  });
  const options = { env, cwd: await project(SPEC) };
  const { run } = JSON.parse((await cli(['run', 'temper.yaml', '--detach', '--json'], options)).stdout) as {
    run: string;
  };
  const { exitCode, stderr } = await cli(['logs', run], options);
  expect(exitCode).toBe(1);
  expect(stderr).toContain(`${run} has no training job yet`);
  expect(stderr).toContain(`fix: wait for it with: temper logs -f ${run}`);
});
